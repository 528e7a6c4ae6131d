import { Command } from 'commander';
import {
  type AllowedValues,
  type ExtraDefinition,
  type PolicyDefinition,
  parsePolicy,
} from 'countersign/api-token';
import type { Cli } from '../cli.js';
import { readTextFile } from '../text-files.js';

export function policyCommand(cli: Cli): Command {
  return new Command('policy').description('policies of API tokens').addCommand(policyCheckCommand(cli));
}

/** A policy that cannot be used ends as any configuration does: with 2, and every problem. */
export function policyCheckCommand(cli: Cli): Command {
  return new Command('check')
    .description('say in words what a policy allows, and what is doubtful about it')
    .argument('<file>', 'the policy, in JSON')
    .option('--json', 'print JSON')
    .action((file: string) => {
      const { definition } = parsePolicy(readTextFile(file));
      const remarks = findRemarks(definition);
      cli.output.result({ policy: definition, remarks }, [
        ...describeKinds(definition),
        ...Object.entries(definition.extras).flatMap(([name, extra]) => describeExtra(name, extra)),
        ...(remarks.length === 0 ? ['', 'Nothing is doubtful.'] : ['', 'Doubtful:']),
        ...remarks.map((remark) => `  - ${remark}`),
      ]);
    });
}

const TYPES: Readonly<Record<ExtraDefinition['type'], string>> = {
  text: 'text',
  number: 'a number',
  integer: 'a whole number',
  list: 'a list of texts',
  boolean: 'true or false',
  json: 'anything that JSON can hold',
};

function describeKinds({ kinds }: PolicyDefinition): string[] {
  return Object.entries(kinds).map(
    ([kind, issuer]) => `Tokens of the kind "${kind}" have the issuer "${issuer}".`,
  );
}

function describeExtra(name: string, extra: ExtraDefinition): string[] {
  const byDefault =
    extra.default === null ? 'left out by default' : `${JSON.stringify(extra.default)} by default`;
  const lines = ['', `${name}: ${TYPES[extra.type]}, ${byDefault}`];
  if ('allowedPerKind' in extra && extra.allowedPerKind !== undefined) {
    const perKind = Object.entries(extra.allowedPerKind);
    return [...lines, ...perKind.flatMap(([kind, values]) => describeValues(`  for "${kind}"`, values))];
  }
  if ('allowed' in extra && extra.allowed !== undefined) {
    return [...lines, ...describeValues('  allowed', extra.allowed)];
  }
  return [...lines, '  any value'];
}

function describeValues(label: string, values: AllowedValues<string | number>): string[] {
  if (Array.isArray(values)) {
    return [`${label}: ${values.map((value) => JSON.stringify(value)).join(', ') || 'nothing else'}`];
  }
  return [`${label}:`, ...Object.entries(values).map(([value, meaning]) => `    ${value}: ${meaning}`)];
}

/** What is no mistake by itself, and yet may be other than what was meant. */
function findRemarks({ kinds, extras }: PolicyDefinition): string[] {
  return Object.entries(extras).flatMap(([name, extra]) => {
    if (extra.type === 'boolean' || extra.type === 'json') return [];
    const { allowed, allowedPerKind } = extra;
    const lists = allowedPerKind === undefined ? [] : Object.entries(allowedPerKind);
    const missing =
      allowedPerKind === undefined
        ? []
        : Object.keys(kinds).filter((kind) => !Object.hasOwn(allowedPerKind, kind));
    const all = [...(allowed === undefined ? [] : [allowed]), ...lists.map(([, values]) => values)];
    return [
      ...missing.map((kind) => `${name}: tokens of the kind "${kind}" can say the default only`),
      ...(name === 'scopes' && all.length === 0 ? ['scopes: any scope can be given'] : []),
      ...(extra.type === 'list' && all.some(hasComma)
        ? [`${name}: a value with a comma cannot be written in the profile api_jwt`]
        : []),
    ];
  });
}

function hasComma(values: AllowedValues<string | number>): boolean {
  const names: readonly (string | number)[] = Array.isArray(values) ? values : Object.keys(values);
  return names.some((value) => String(value).includes(','));
}
