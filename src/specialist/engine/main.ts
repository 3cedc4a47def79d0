// Entry of the engine process: started by EngineClient through fork(), bundled as a separate file.
import { serveParent } from '../../common/child.ts';
import { CEILING_ARGUMENT } from './engine-protocol.ts';
import { EngineService } from './engine-service.ts';

const ceiling = process.argv.find((argument) => argument.startsWith(CEILING_ARGUMENT));
serveParent(new EngineService(Number(ceiling?.slice(CEILING_ARGUMENT.length) ?? Number.POSITIVE_INFINITY)).handlers);
