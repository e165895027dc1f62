import { sep } from 'node:path'
import type { Graph } from '../graph/index.ts'
import { type PlacedModel, placeModel } from './weight-placement.ts'

/** Serialises a graph whose weights lie on the disk, or in memory. */
export function placeWeights(graph: Graph): PlacedModel {
  return placeModel(graph, sep)
}
