/**
 * What a policy says, as types: the definition that its author writes, and what follows from it for those who encode
 * and decode. Types only.
 */

/** A value that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/** The values that are allowed: a list, or an object whose member names they are and whose members say what each means. */
export type AllowedValues<Value extends string | number> =
  | readonly Value[]
  | Readonly<Record<string, string>>;

interface PolicedExtra<Type extends string, Value extends string | number, Default> {
  readonly type: Type;
  /** What a token says where nothing is given; it is allowed for every kind. Null leaves the claim out. */
  readonly default: Default | null;
  /** For every kind. Without this and `allowedPerKind` any value of the type is allowed. */
  readonly allowed?: AllowedValues<Value> | undefined;
  /** By the name of the kind. For a kind that is not named here nothing but the default is allowed. */
  readonly allowedPerKind?: Readonly<Record<string, AllowedValues<Value>>> | undefined;
}

export type TextExtra = PolicedExtra<'text', string, string>;
/** A number that may have fractions, such as the level. */
export type NumberExtra = PolicedExtra<'number', number, number>;
/** A whole number. */
export type IntegerExtra = PolicedExtra<'integer', number, number>;
/** A list of non-empty strings; each of them must be allowed. */
export type ListExtra = PolicedExtra<'list', string, readonly string[]>;

export interface BooleanExtra {
  readonly type: 'boolean';
  readonly default: boolean | null;
}

/** Anything that JSON can hold. */
export interface JsonExtra {
  readonly type: 'json';
  readonly default: JsonValue;
}

export type ExtraDefinition = TextExtra | NumberExtra | IntegerExtra | ListExtra | BooleanExtra | JsonExtra;
export type ExtraType = ExtraDefinition['type'];

export interface PolicyDefinition {
  /** The name of each kind of key, and the issuer (`iss`) of its tokens. */
  readonly kinds: Readonly<Record<string, string>>;
  /** What tokens say beyond the registered claims, by the name of the claim, in the order of the token. */
  readonly extras: Readonly<Record<string, ExtraDefinition>>;
}

export type KindOf<Definition extends PolicyDefinition> = keyof Definition['kinds'] & string;

/** What `encode` takes for the extras of a token of this kind. Null and undefined stand for the default. */
export type ExtraInputs<Definition extends PolicyDefinition, Kind> = {
  readonly [Name in keyof Definition['extras']]?:
    | ExtraInput<Definition['extras'][Name], Kind>
    | null
    | undefined;
};

/** Numbers may be given as text; one item stands for a list of one. */
type ExtraInput<Extra, Kind> = Extra extends { readonly type: 'list' }
  ? AllowedFor<Extra, Kind, string> | readonly AllowedFor<Extra, Kind, string>[]
  : Extra extends { readonly type: 'number' | 'integer' }
    ? NumberOrText<AllowedFor<Extra, Kind, number> | DefaultOf<Extra>>
    : Extra extends { readonly type: 'text' }
      ? AllowedFor<Extra, Kind, string> | DefaultOf<Extra>
      : Extra extends { readonly type: 'boolean' }
        ? boolean
        : JsonValue;

type NumberOrText<Value> = Value extends number ? Value | `${Value}` : never;

type DefaultOf<Extra> = Extra extends { readonly default: infer Default } ? NonNullable<Default> : never;

type AllowedFor<Extra, Kind, Value> = Extra extends { readonly allowedPerKind: infer PerKind }
  ? Kind extends keyof PerKind
    ? MemberOf<PerKind[Kind], Value>
    : never
  : Extra extends { readonly allowed: infer Allowed }
    ? MemberOf<Allowed, Value>
    : Value;

type MemberOf<Allowed, Value> = Allowed extends readonly (infer Item)[] ? Item : NameAs<keyof Allowed, Value>;

/** The names of members are text, also where they stand for numbers. */
type NameAs<Name, Value> = Value extends number
  ? Name extends number
    ? Name
    : Name extends `${infer Number extends number}`
      ? Number
      : Value
  : Name extends string | number
    ? `${Name}`
    : never;

/** The extras of a decoded token. They need not be what the policy allows, unless that was checked again. */
export type DecodedExtras<Definition extends PolicyDefinition> = {
  readonly [Name in keyof Definition['extras']]: DecodedExtra<Definition['extras'][Name]>;
};

/** A list is always there, if empty; of the others one that is left out by default may be null. */
type DecodedExtra<Extra> = Extra extends { readonly type: 'list' }
  ? readonly string[]
  : Extra extends { readonly type: infer Type; readonly default: infer Default }
    ? DecodedValues[Type & keyof DecodedValues] | (null extends Default ? null : never)
    : never;

interface DecodedValues {
  readonly text: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly json: JsonValue;
}
