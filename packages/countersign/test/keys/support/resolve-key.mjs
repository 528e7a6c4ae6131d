// Resolves one key of a PEM repository with the built library, in a process of its own: node resolve-key.mjs <base URL> <key id>
import { createPemRepository } from 'countersign';

const [baseUrl, kid] = process.argv.slice(2);
try {
  const key = await createPemRepository({ baseUrl }).resolve({ kid, algorithm: 'ES256' });
  console.log(JSON.stringify({ kid: key.kid, algorithm: key.algorithm }));
} catch (error) {
  console.log(
    JSON.stringify({ code: error.code, problem: error.cause?.problem, status: error.cause?.status }),
  );
}
