import type { OperatorTable } from '../builder';
import { activation } from './activation';
import { arithmetic } from './arithmetic';
import { casting } from './casting';
import { controlFlow } from './controlFlow';
import { clipping } from './clipping';
import { comparison } from './comparison';
import { constants } from './constants';
import { convolution } from './convolution';
import { dropout } from './dropout';
import { einsum } from './einsum';
import { elementary } from './elementary';
import { extremes } from './extremes';
import { gathering } from './gathering';
import { linear } from './linear';
import { localResponse } from './localResponse';
import { normalization } from './normalization';
import { padding } from './padding';
import { pooling } from './pooling';
import { quantization } from './quantization';
import { rearranging } from './rearranging';
import { reduction } from './reduction';
import { resize } from './resize';
import { scattering } from './scattering';
import { shaping } from './shape';
import { slicing } from './slicing';
import { softmax } from './softmax';
import { windows } from './windows';
import { attention } from './attention';
import { definedNormalizations } from './definedNormalizations';
import { gatedActivations } from './gatedActivations';
import { losses } from './losses';
import { rotaryEmbedding } from './rotaryEmbedding';
import { centerCropPad } from './centerCropPad';
import { col2Im } from './col2Im';
import { deformConv } from './deformConv';
import { determinant } from './determinant';
import { gridSample } from './gridSample';
import { lpPool } from './lpPool';
import { quantizedOperators } from './quantizedOperators';
import { reverseSequence } from './reverseSequence';
import { topK } from './topK';
import { recurrentLayers } from './recurrentLayers';
import { roiAlign } from './roiAlign';

/** Every operator that the IR knows. */
export const operators: OperatorTable = new Map(
  Object.entries({
    ...activation,
    ...arithmetic,
    ...casting,
    ...controlFlow,
    ...clipping,
    ...comparison,
    ...constants,
    ...convolution,
    ...dropout,
    ...einsum,
    ...elementary,
    ...extremes,
    ...gathering,
    ...linear,
    ...localResponse,
    ...normalization,
    ...padding,
    ...pooling,
    ...quantization,
    ...rearranging,
    ...reduction,
    ...resize,
    ...scattering,
    ...shaping,
    ...slicing,
    ...softmax,
    ...windows,
    ...roiAlign,
    ...recurrentLayers,
    ...topK,
    ...reverseSequence,
    ...quantizedOperators,
    ...lpPool,
    ...gridSample,
    ...determinant,
    ...deformConv,
    ...col2Im,
    ...centerCropPad,
    ...rotaryEmbedding,
    ...losses,
    ...gatedActivations,
    ...definedNormalizations,
    ...attention,
  }),
);
