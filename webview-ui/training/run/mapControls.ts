import { checkField } from '../../controls/checkField';
import { selectField } from '../../controls/field';
import { COLOR_MAPS, opacityField } from '../../controls/mapFields';
import { element } from '../../dom';
import type { FrameView } from '../logic/frameMap';
import type { TrainingContext } from '../view';

/** Which map lies over the watched images, and in what colours; nothing here asks the host. */
export function createMapControls({ saved, save }: TrainingContext, changed: () => void): HTMLElement {
  const change = (part: Partial<FrameView>): void => {
    save({ frames: { ...saved().frames, ...part } });
    changed();
  };
  const map = selectField(
    'Map',
    [
      { id: 'gradient-x-input', label: 'Gradient × input', description: '|∂O_c/∂a| ∘ a: what the score depends on.' },
      { id: 'loss-gradient', label: 'Loss gradient', description: '∂J/∂a: what would change the loss, with its sign.' },
    ],
    (id) => change({ map: id }),
  );
  const colorMap = selectField(
    'Colours',
    [
      { id: 'auto', label: 'Automatic', description: 'Diverging for signed maps, sequential for magnitudes.' },
      ...COLOR_MAPS,
    ],
    (id) => change({ colorMap: id }),
  );
  const overPicture = checkField('Over the picture', 'Or the map alone.', (checked) => {
    opacity.element.hidden = !checked;
    change({ overPicture: checked });
  });
  const opacity = opacityField((value) => change({ opacity: value }));
  const { frames } = saved();
  map.set(frames.map);
  colorMap.set(frames.colorMap);
  overPicture.set(frames.overPicture);
  opacity.set(frames.opacity);
  opacity.element.hidden = !frames.overPicture;
  return element(
    'div',
    { class: 'fields', role: 'group', attributes: { 'aria-label': 'Maps' } },
    map.element,
    colorMap.element,
    overPicture.element,
    opacity.element,
  );
}
