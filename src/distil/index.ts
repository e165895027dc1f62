export { selectLayers, spreadLayers } from './select-layers.ts'
