// What is kept for this tab, or null where the browser keeps nothing: in a foreign frame, or with site data blocked.
export function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
