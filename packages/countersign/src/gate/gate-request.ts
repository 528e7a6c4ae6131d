/** What the gate reads of a request: made by adapters, which translate and decide nothing. */
export interface GateRequest {
  readonly method: string;
  /** The request target: path and query, or an absolute URL. */
  readonly url: string;
  /** Every value of a field in its order, fields that came twice unmerged where the framework can tell; empty for none. */
  headers(name: string): readonly string[];
  /**
   * The request object of the framework, another one for each request: several guards of one gate on one request record
   * the use of its credential once (row ASAP-35).
   */
  readonly carrier?: object | undefined;
}

/** A request of which it is known what carries it, as adapters give it to the rules of a route. */
export interface CarriedRequest<Carrier extends object> extends GateRequest {
  readonly carrier: Carrier;
}
