import { type MailTransport, MailTransportError, type OutgoingMail } from '../services/mail-transport.js';

const TIMEOUT_MS = 45_000;

/**
 * A transport that hands mails to a function. What the function rejects with stays in here: such texts often repeat
 * the address, or the whole mail.
 */
export function createMailFunctionTransport(send: (mail: OutgoingMail) => Promise<void>): MailTransport {
  return Object.freeze({
    async send(mail: OutgoingMail) {
      const deadline = createDeadline();
      try {
        await Promise.race([send(mail), deadline.passed]);
      } catch (error) {
        if (error instanceof MailTransportError) throw error;
        throw failure('EFUNCTION', isPermanent(error));
      } finally {
        deadline.cancel();
      }
    },
    close() {},
  });
}

/** The lease of a queued mail runs out, and another worker would send it too. */
function createDeadline(): { readonly passed: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure('ETIMEDOUT', false)), TIMEOUT_MS).unref();
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

function isPermanent(error: unknown): boolean {
  return error instanceof Error && 'permanent' in error && error.permanent === true;
}

function failure(code: string, permanent: boolean): MailTransportError {
  return new MailTransportError('The mail function did not take the mail', { permanent, code });
}
