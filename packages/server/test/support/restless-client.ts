import type { PageClient } from './page-client.js';
import {
  isActive,
  type OauthReply,
  type RunningClient,
  type RunningCode,
  redeemCode,
  refresh,
  takeCode,
} from './running-oauth.js';

/** What happened how often. */
export type Outcomes = Map<string, number>;

interface Family {
  readonly code: RunningCode;
  /** Every refresh token that was handed out, in its order; the last is the live one. */
  readonly tokens: readonly string[];
}

/** A request that went out, and whose answer may never come. */
type UnderWay =
  | { readonly kind: 'code'; readonly code: RunningCode }
  | { readonly kind: 'refresh'; readonly family: Family };

/** What a client does to the family it has left, as somebody would who has found its old code or tokens. */
const INTRUSIONS = ['code', 'grandparent', 'parent'] as const;

/**
 * An app that redeems codes and refreshes without a pause, for as long as it is answered. Once its authority is there
 * again, it asks again for whatever it got no answer to. Rejects where anything is answered that must not be.
 */
export class RestlessClient {
  readonly #client: RunningClient;
  readonly #origin: string;
  readonly #browser: PageClient;
  readonly #outcomes: Outcomes;
  /** What each code and each refresh token was exchanged for: the same each time. */
  readonly #successors = new Map<string, string>();
  readonly #used: RunningCode[] = [];
  #family: Family | undefined;
  #underWay: UnderWay | undefined;
  #intrusions = 0;
  /** When each refresh token was first presented: its grace ends no sooner than so long after. */
  readonly #firstTriedAt = new Map<string, number>();

  constructor(client: RunningClient, origin: string, browser: PageClient, outcomes: Outcomes) {
    this.#client = client;
    this.#origin = origin;
    this.#browser = browser;
    this.#outcomes = outcomes;
  }

  /** Codes whose tokens were handed out. */
  get usedCodes(): readonly RunningCode[] {
    return this.#used;
  }

  /** For how long it has been without an answer to what it asked; 0 where nothing is open. */
  get unansweredMs(): number {
    const open = this.#underWay;
    if (open?.kind !== 'refresh') return 0;
    const firstTriedAt = this.#firstTriedAt.get(open.family.tokens.at(-1) ?? '');
    return firstTriedAt === undefined ? 0 : performance.now() - firstTriedAt;
  }

  /** Until the authority is gone. First it sees to what is open, then every so often it tries what must fail. */
  async work(): Promise<void> {
    try {
      await this.settle();
      if (Math.random() < 0.5) await this.#intrude();
      for (;;) await this.#goOn();
    } catch (error) {
      if (!isUnanswered(error)) throw error;
    }
  }

  /** Asks again for what it got no answer to. */
  async settle(): Promise<void> {
    const open = this.#underWay;
    if (open === undefined) return;
    if (open.kind === 'refresh') {
      const live = open.family.tokens.at(-1) ?? '';
      const wasRotated = !(await isActive(this.#client, this.#origin, live));
      await this.#refresh(open.family);
      this.#count(wasRotated ? 'refresh: rotated, the lost answer repeated' : 'refresh: was not rotated');
      return;
    }
    const reply = await this.#redeem(open.code);
    if (this.#family === undefined) this.#expectRefused(reply);
    this.#count(reply.status === 200 ? 'code: was not used' : 'code: used, its answer lost, refused');
  }

  async #goOn(): Promise<void> {
    if (this.#family !== undefined) {
      await this.#refresh(this.#family);
      return this.#count('refreshed');
    }
    const reply = await this.#redeem(await takeCode(this.#browser, this.#origin, this.#client));
    if (reply.status !== 200) throw new Error(`a code was answered ${reply.status}`);
    this.#count('redeemed');
  }

  async #redeem(code: RunningCode): Promise<OauthReply> {
    this.#underWay = { kind: 'code', code };
    const reply = await redeemCode(this.#client, this.#origin, code);
    this.#underWay = undefined;
    if (reply.status !== 200) return reply;
    this.#used.push(code);
    this.#family = { code, tokens: [this.#note(code.code, reply)] };
    return reply;
  }

  async #refresh(family: Family): Promise<void> {
    this.#underWay = { kind: 'refresh', family };
    const token = family.tokens.at(-1) ?? '';
    const firstTriedAt = this.#firstTriedAt.get(token) ?? performance.now();
    this.#firstTriedAt.set(token, firstTriedAt);
    const reply = await refresh(this.#client, this.#origin, token);
    this.#underWay = undefined;
    if (reply.status !== 200) {
      const ageMs = Math.round(performance.now() - firstTriedAt);
      throw new Error(`locked out ${ageMs} ms after the first try: ${JSON.stringify(reply.body)}`);
    }
    this.#family = { ...family, tokens: [...family.tokens, this.#note(token, reply)] };
    // Families end, so that there is always somebody with a new code.
    if (family.tokens.length > 8) this.#family = undefined;
  }

  /** A code that was used, or a token that was replaced. */
  async #intrude(): Promise<void> {
    const family = this.#family;
    if (family === undefined) return;
    const { code, tokens } = family;
    const kind = INTRUSIONS[this.#intrusions++ % INTRUSIONS.length];
    const [grandparent, parent, live = ''] = tokens.length < 3 ? [] : tokens.slice(-3);
    // An intrusion that gets no answer may have ended the family: then nobody relies on it.
    this.#family = undefined;
    if (kind === 'parent' && parent !== undefined) {
      const reply = await refresh(this.#client, this.#origin, parent);
      if (reply.status === 200) {
        this.#note(parent, reply);
        this.#family = family;
        return this.#count('parent: got the same successor');
      }
      // The machine was so busy that the grace was over.
      this.#expectRefused(reply);
      return this.#count('parent: came too late');
    }
    if (kind === 'code') this.#expectRefused(await redeemCode(this.#client, this.#origin, code));
    else if (grandparent === undefined) return;
    else this.#expectRefused(await refresh(this.#client, this.#origin, grandparent));
    this.#expectRefused(await refresh(this.#client, this.#origin, live || (tokens.at(-1) ?? '')));
    this.#count(`${kind}: refused, and its family dead`);
  }

  /** @returns the refresh token of the answer */
  #note(presented: string, { body }: OauthReply): string {
    const successor = String(body['refresh_token']);
    const before = this.#successors.get(presented);
    if (before !== undefined && before !== successor) throw new Error('a family has two live heads');
    this.#successors.set(presented, successor);
    return successor;
  }

  #expectRefused({ status, body }: OauthReply): void {
    if (status !== 400 || body['error'] !== 'invalid_grant')
      throw new Error(`it was answered ${status} ${body['error']}`);
  }

  #count(outcome: string): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }
}

/** What `fetch` throws where there was no answer, and where it broke off. */
function isUnanswered(error: unknown): boolean {
  return error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message);
}
