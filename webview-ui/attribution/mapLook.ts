import type { AttributionResult, MethodCatalog } from '../../src/engine/calls/service';
import { defaultView, exactView, isPhoto } from '../../src/core/render/defaultView';
import type { MapView } from '../../src/core/render/view';
import type { ViewContext } from '../view';

/** A result and the methods by which its display is known. */
interface Shown {
  readonly catalog: MethodCatalog;
  readonly result: AttributionResult;
}

/** How maps are looked at: what is shown first, and over it what the user set, which is kept for photos and small pictures apart. */
export class MapLook {
  constructor(private readonly page: Pick<ViewContext, 'saved' | 'save'>) {}

  viewOf({ catalog, result }: Shown): MapView {
    const method = catalog.attribution.find(({ id }) => id === result.record.method);
    const display = method?.display ?? (result.record.statistics.minimum < 0 ? 'diverging' : 'sequential');
    const { photoExact, photoView, view } = this.page.saved();
    const first = photoExact ? exactView(display) : defaultView(display, result.input);
    return { ...first, ...(isPhoto(result.input) ? photoView : view) };
  }

  change({ result }: Shown, change: Partial<MapView>): void {
    const { photoView, view } = this.page.saved();
    if (isPhoto(result.input)) this.page.save({ photoView: { ...photoView, ...change } });
    else this.page.save({ view: { ...view, ...change } });
  }

  reset({ result }: Shown): void {
    this.page.save(isPhoto(result.input) ? { photoView: {}, photoExact: false } : { view: {} });
  }

  /** Whether photos begin with the exact map. */
  showExact(photoExact: boolean): void {
    this.page.save({ photoExact, photoView: {} });
  }
}
