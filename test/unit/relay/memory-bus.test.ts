/** The memory bus keeps the contract. */
import { MemoryBus } from '../../../src/relay/memory-bus.ts';
import { busContract } from './bus-contract.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

busContract('memory', async () => new MemoryBus(), settle);
