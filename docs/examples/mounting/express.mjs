import express from 'express';
import { addShop, authority, port } from './authority.mjs';

const app = express();
app.use('/auth', authority.nodeListener);
app.get([...authority.wellKnownPaths], authority.nodeListener);

app.use(express.json()); // body parsers come after it
app.get('/', (_request, response) => response.send('Shop'));

app.listen(port, (error) => {
  if (error) throw error; // Express 5 tells it here that the port is taken
  addShop();
});
