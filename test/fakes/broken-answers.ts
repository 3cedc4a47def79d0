// Answers that are truncated, malformed or missing, each with the error code that the client must report.
import type { ErrorCode } from '../../src/common/errors.ts';
import { type Serve, stream } from './hostile-messages.ts';

const begun = 'start; ';

export const broken: Readonly<Record<string, { readonly code: ErrorCode; readonly serve: Serve }>> = {
  'cut off by a clean end': {
    code: 'malformed',
    serve: (response, { format }) => void stream(response).end(format.start() + format.delta(begun)),
  },
  'cut off by a hang-up': {
    code: 'network',
    serve: (response, { format }) =>
      void stream(response).write(format.start() + format.delta(begun), () => setImmediate(() => response.destroy())),
  },
  'hung up on before an answer': { code: 'network', serve: (response) => void response.destroy() },
  'an event that is no JSON': {
    code: 'malformed',
    serve: (response, { format }) =>
      void stream(response).end(`${format.start()}event: content_block_delta\ndata: {"type": "conte\n\n`),
  },
  'text that is none': {
    code: 'malformed',
    serve: (response, { format }) => void stream(response).end(format.start() + format.delta(7) + format.end()),
  },
  'a page instead of a stream': {
    code: 'malformed',
    serve: (response) =>
      void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Sign in to this network</title>'),
  },
  'an error in the middle': {
    code: 'overloaded',
    serve: (response, { format }) =>
      void stream(response).end(format.start() + format.delta(begun) + format.error('the model is down')),
  },
};
