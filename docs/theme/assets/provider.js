// A sign-in with the identity provider comes back to the view that was asked for.
export function onProvider(root, more = () => ({})) {
  const link = root.querySelector('[data-provider]');
  link?.addEventListener('click', () => {
    const { pathname, search, hash } = location;
    link.search = new URLSearchParams({ to: pathname + search + hash, ...more() });
  });
}
