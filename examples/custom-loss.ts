// A loss and a data set of your own: pull texts of one pair together, and push everything apart
// (Wang and Isola 2020, alignment and uniformity). After `npm run build`, with a model folder:
//   npx tsx examples/custom-loss.ts MODEL OUTPUT
import { argv } from 'node:process'
import { type Dataset, type Loss, operations as op, train } from 'yuju/train'

const alignUniform: Loss = {
  name: 'align_uniform',
  columns: { min: 2, max: 2 },
  label: 'none',
  inBatchNegatives: true,
  build({ columns }) {
    const [a, b] = columns.map((x) => op.divide(x, op.reduceL2(x, 1, { keep: true })))
    if (!a || !b) throw new Error('the loss takes two columns')
    const gap = op.subtract(a, b)
    const alignment = op.reduceMean(op.reduceSum(op.multiply(gap, gap), 1), 0)
    const cosines = op.matMul(a, op.transpose(b, [1, 0]))
    const uniformity = op.log(op.reduceMean(op.reduceMean(op.exp(op.multiply(cosines, 4)), 1), 0))
    return op.add(alignment, uniformity)
  },
}

const topics = ['花呗', '借呗', '余额宝', '信用卡', '公积金', '医保']
const questions: Dataset = {
  name: 'questions',
  kind: 'pairs',
  length: topics.length,
  columns: 2,
  example: (i) => ({ texts: [`${topics[i]}怎么还款`, `如何还${topics[i]}的钱`], label: undefined }),
}

const [, , model = '', output = ''] = argv
const report = await train({
  model,
  output,
  sources: [{ dataset: questions, loss: alignUniform, batchSize: 6 }],
  steps: 20,
  onStep: ({ step, loss }) => console.warn(step, loss.toFixed(4)),
})
console.warn(report)
