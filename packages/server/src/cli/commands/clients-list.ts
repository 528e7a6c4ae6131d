import { Command } from 'commander';
import type { Client } from '../../domain/oauth/client.js';
import type { ClientService } from '../../services/oauth/clients/client-service.js';
import type { Cli } from '../cli.js';
import { clientAsJson } from '../client-view.js';
import { withClients } from '../open-authority.js';
import { addSettingOptions } from '../setting-options.js';

const PAGE_SIZE = 500;

export function clientsListCommand(cli: Cli): Command {
  const command = new Command('list')
    .description('print all clients, ordered by id, disabled ones too')
    .option('--json', 'print JSON')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      await withClients(options, cli, async (service) => {
        const clients = await listAll(service);
        if (clients.length === 0)
          cli.output.status('There is no client yet: countersign clients create --help');
        cli.output.result({ clients: clients.map(clientAsJson) }, clients.map(asLine));
      });
    });
  return addSettingOptions(command, 'storage');
}

function asLine({ id, name, authMethod, disabled }: Client): string {
  return `${id}  ${name}  ${authMethod}${disabled ? '  disabled' : ''}`;
}

async function listAll(service: ClientService): Promise<readonly Client[]> {
  const clients: Client[] = [];
  for (;;) {
    const page = await service.list({ afterId: clients.at(-1)?.id ?? null, limit: PAGE_SIZE });
    clients.push(...page);
    if (page.length < PAGE_SIZE) return clients;
  }
}
