import { Graph } from '../graph/index.ts'
import { matMul, reduceSum } from '../graph/operations.ts'
import { createSession, type RuntimeSessionOptions } from '../runtime/index.ts'

const SIZE = 1024
/** Products in one run: enough that handing over the input does not count. */
const PRODUCTS = 12
const RUNS = 5

/**
 * The most floating-point operations a second that this machine's matrix products reach in the
 * runtime, now: the best of a few runs over float32 matrices of 1024 x 1024.
 */
export async function matrixPeak(options: RuntimeSessionOptions): Promise<number> {
  const session = await createSession(productGraph(), options)
  const seconds: number[] = []
  try {
    for (let run = 0; run <= RUNS; run += 1) {
      const data = new Float32Array(SIZE * SIZE).fill(1 / SIZE)
      const start = performance.now()
      await session.run({ x: { type: 'float32', dims: [SIZE, SIZE], data } }, 'sum')
      seconds.push((performance.now() - start) / 1000)
    }
  } finally {
    await session.dispose()
  }
  return (PRODUCTS * 2 * SIZE ** 3) / Math.min(...seconds)
}

/** x · W · W … with W of 1/1024 everywhere, so that values keep their size; then its sum. */
function productGraph(): Graph {
  const graph = new Graph()
  const shape = [SIZE, SIZE]
  const values = new Float32Array(SIZE * SIZE).fill(1 / SIZE)
  const bytes = new Uint8Array(values.buffer)
  let product = graph.input('x', 'float32', shape)
  for (let i = 0; i < PRODUCTS; i += 1) {
    const weight = graph.initializer('weight', { type: 'float32', shape }, { bytes })
    product = matMul(product, weight)
  }
  graph.output('sum', reduceSum(product, 0))
  return graph
}
