import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext, Type } from '@nestjs/common';
import { All, Controller, createParamDecorator, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Caller } from 'countersign/gate';
import { createNestGuard } from 'countersign/nest';
import type { Request, Response } from 'express';
import type { Door, DoorName } from '../doors.js';
import type { Serve, Visit } from './running-server.js';
import { answerFor, corsHeaders, eachDoor } from './running-server.js';

const CurrentCaller = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<Request>().caller,
);

/** What `@Controller(name) @UseGuards(...) class { @All() answer(@CurrentCaller() caller) {} }` stands for. */
function controllerFor(name: DoorName, { gate, rules }: Door, visit: Visit): Type {
  class DoorController {
    answer(caller: Caller | undefined) {
      visit(caller);
      return answerFor(caller);
    }
  }
  const { prototype } = DoorController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'answer') as PropertyDescriptor;
  CurrentCaller()(prototype, 'answer', 0);
  All()(prototype, 'answer', descriptor);
  UseGuards(createNestGuard(gate, rules))(DoorController);
  Controller(name)(DoorController);
  return DoorController;
}

export const serveNest: Serve = async (doors, visit) => {
  class Doors {}
  Module({ controllers: eachDoor(doors).map(([name, door]) => controllerFor(name, door, visit)) })(Doors);
  const app = await NestFactory.create<NestExpressApplication>(Doors, { logger: false });
  app.use((request: Request, response: Response, next: () => void) => {
    response.set(corsHeaders(request.get('origin')));
    next();
  });
  await app.listen(0, '127.0.0.1');
  return {
    port: (app.getHttpServer().address() as AddressInfo).port,
    close: async () => {
      app.getHttpServer().closeAllConnections();
      await app.close();
    },
  };
};
