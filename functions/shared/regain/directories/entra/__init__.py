"""Microsoft Entra ID, by Microsoft Graph: the functions that reset passwords ask it themselves, without any secret."""
