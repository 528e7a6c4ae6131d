// app/auth/[[...path]]/route.ts
// Opened with the first request: `next build` reads this file too, and must not open an authority.
const handler = async (request) => {
  const { authority } = await import('../authority.mjs');
  return authority.fetch(request);
};

export {
  handler as DELETE,
  handler as GET,
  handler as HEAD,
  handler as OPTIONS,
  handler as POST,
  handler as PUT,
};
