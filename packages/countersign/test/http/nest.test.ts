import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { Catch, Controller, Get, Module, UseGuards } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Gate } from 'countersign/gate';
import { callerOf, createNestGuard } from 'countersign/nest';
import createFastify from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDoors } from './support/doors.js';
import { sendRaw } from './support/raw-http.js';

const { doors, callers } = createDoors();
const gate = doors.any.gate as Gate;
const guard = createNestGuard(gate, { kinds: 'person' });

describe('createNestGuard', () => {
  it('has the answer of a refusal left alone by a filter that catches everything', async () => {
    const caught: unknown[] = [];
    class Everything {
      catch(exception: unknown, host: ArgumentsHost) {
        caught.push(exception);
        app.get(HttpAdapterHost).httpAdapter.reply(host.switchToHttp().getResponse(), 'caught', 500);
      }
    }
    Catch()(Everything);
    const app = await NestFactory.create<NestExpressApplication>(guardedModule(), { logger: false });
    app.useGlobalFilters(new Everything());
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    const port = (app.getHttpServer().address() as AddressInfo).port;
    const answer = await sendRaw(port, { method: 'GET', url: '/orders', lines: [] });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([401, 'token_missing']);
    expect(caught).toEqual([]);
  });

  it('guards requests of Fastify just so', async () => {
    const app = createFastify();
    onTestFinished(() => app.close());
    app.get('/orders', async (request, reply) => {
      const verdict = guard.canActivate(contextOf('http', request, reply));
      return (await verdict) ? { caller: callerOf(request).subject } : undefined;
    });
    const authorization = `Bearer ${callers.person()}`;
    const good = await app.inject({ url: '/orders', headers: { authorization } });
    expect(good.json()).toEqual({ caller: 'ada@example.com' });
    const other = { authorization: `Bearer ${callers.service()}` };
    const bad = await app.inject({ url: '/orders', headers: other });
    expect([bad.statusCode, bad.json().code, bad.headers['cache-control']]).toEqual([
      403,
      'caller_not_allowed',
      'no-store',
    ]);
  });

  it.each(['rpc', 'ws', 'graphql'])('refuses what is no HTTP request: %s', (type) => {
    expect(() => guard.canActivate(contextOf(type, {}, {}))).toThrow('guards HTTP requests only');
  });
});

function guardedModule() {
  class Orders {
    list() {
      return [];
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Orders.prototype, 'list') as PropertyDescriptor;
  Get()(Orders.prototype, 'list', descriptor);
  UseGuards(guard)(Orders);
  Controller('orders')(Orders);
  class App {}
  Module({ controllers: [Orders] })(App);
  return App;
}

function contextOf(type: string, request: object, response: object): ExecutionContext {
  return {
    getType: () => type,
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => response }),
  } as unknown as ExecutionContext;
}
