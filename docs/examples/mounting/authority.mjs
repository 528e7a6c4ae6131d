// The authority that every server of this folder mounts.
import { APP_DEFAULTS, createAuthority } from '@countersign/server';

export const port = Number(process.env.PORT ?? 3000);

export const authority = await createAuthority({
  issuer: process.env.ISSUER ?? `http://localhost:${port}/auth`, // with the path that it is mounted under
  masterKey: process.env.MASTER_KEY, // openssl rand -base64 32
  database: process.env.DATABASE ?? 'memory', // or the path of a file
  mail: process.env.SMTP_URL ? { smtpUrl: process.env.SMTP_URL, from: process.env.MAIL_FROM } : 'mailbox',
  clientIp: (request) => request.headers.get('x-real-ip') ?? '', // for Next.js only: what the proxy writes there
});

export async function addShop() {
  const app = await authority.apps.create({
    ...APP_DEFAULTS,
    name: 'Shop',
    redirectUrl: `http://localhost:${port}/signed-in`,
  });
  console.log(`${authority.issuer}/${app.id}/sign-in`);
}

authority.start(); // sends mail from now on
process.once('SIGTERM', () => authority.stop().then(() => process.exit()));
