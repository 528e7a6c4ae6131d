// The gate in NestJS. Without TypeScript, so that Node runs it as it is: the comments say how a decorator is written.
import 'reflect-metadata';
import { Controller, createParamDecorator, Delete, Get, HttpCode, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { callerOf, createNestGuard } from 'countersign/nest';
import { gate, port, printTokens } from '../callers.mjs';

const CurrentCaller = createParamDecorator((_data, context) => callerOf(context.switchToHttp().getRequest()));
const writers = createNestGuard(gate, { kinds: ['application', 'api-token'], scopes: 'orders:write' });

class OrdersController {
  list({ kind, subject }) {
    return { kind, subject };
  }
  remove() {}
}
Controller('orders')(OrdersController); // @Controller('orders')
UseGuards(createNestGuard(gate))(OrdersController); // @UseGuards(createNestGuard(gate))
decorate(OrdersController, 'list', Get()); // @Get()
CurrentCaller()(OrdersController.prototype, 'list', 0); // list(@CurrentCaller() { kind, subject }: Caller)
decorate(OrdersController, 'remove', Delete(':id'), HttpCode(204), UseGuards(writers)); // the same above remove()

class AppModule {}
Module({ controllers: [OrdersController] })(AppModule); // @Module({ controllers: [OrdersController] })

const app = await NestFactory.create(AppModule, { logger: false });
app.getHttpAdapter().get('/health', (_request, response) => response.send('ok'));
await app.listen(port, '127.0.0.1');
printTokens();

function decorate({ prototype }, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, method);
  for (const one of decorators) one(prototype, method, descriptor);
}
