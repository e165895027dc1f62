import type { TrainReport } from '../../train/index.ts'
import { defineCommand } from '../command.ts'
import { JSON_FLAG } from '../flags.ts'
import { timeText } from '../format.ts'
import { startTrainingDisplay } from '../training-display.ts'

const ARGS = {
  recipe: { type: 'positional', required: true, description: 'The recipe: a JSON file' },
  resume: { type: 'boolean', description: 'Go on with an interrupted run of this recipe' },
  ...JSON_FLAG,
} as const

/** Trains as a recipe says. */
export const train = defineCommand(ARGS, async ({ recipe, resume = false, json }, shell) => {
  const { trainRecipe } = await import('../../train/index.ts')
  const display = await startTrainingDisplay(shell)
  try {
    const report = await trainRecipe(recipe, {
      resume,
      signal: shell.signal,
      onStep: display.step,
      onEvaluation: display.evaluation,
      onWarning: shell.note,
    })
    display.stop()
    if (json) shell.printJson(report)
    else shell.print(summary(report))
  } finally {
    display.stop()
  }
})

function summary({ output, steps, modelStep, seconds, stoppedEarly }: TrainReport): string {
  const end = stoppedEarly ? ', stopped early for want of progress' : ''
  const from = modelStep === steps ? '' : `; the model is the best, of step ${modelStep}`
  return `${output}: ${steps} steps in ${timeText(seconds)}${end}${from}`
}
