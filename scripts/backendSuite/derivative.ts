/**
 * `agrees` with central differences; `differs`; `kink`: the slopes on both sides part at every place that was tried; `zero`: zero
 * wherever it exists; `none`: nothing hangs on the input; `refused`: by name.
 */
export interface DerivativeVerdict {
  readonly verdict: 'agrees' | 'differs' | 'kink' | 'zero' | 'none' | 'refused';
  readonly reason: string;
}

const PLACES = 8;
const STEP = 1e-2;
const TOLERANCE = 2e-2;

/**
 * Compares ∂value/∂x at some places with central differences of a step of 1e-2, where the slopes to both sides and those of a
 * tenth of the step agree: elsewhere a kink or a jump is near.
 */
export async function compareDerivative(
  x: Float32Array,
  computed: Float32Array,
  value: (point: Float32Array) => Promise<number>,
): Promise<DerivativeVerdict> {
  const here = await value(x);
  const scale = Math.max(1e-3, ...computed.map(Math.abs));
  const noise = (Math.abs(here) + 1) * 1e-6;
  let tried = 0;
  for (let place = 0; place < Math.min(PLACES, x.length); place++) {
    const at = Math.floor((place * x.length) / Math.min(PLACES, x.length));
    const slope = async (step: number): Promise<number> => {
      const point = x.slice();
      point[at]! += step;
      return ((await value(point)) - here) / (point[at]! - x[at]!);
    };
    const [up, down] = [await slope(STEP), await slope(-STEP)];
    const [upNear, downNear] = [await slope(STEP / 4), await slope(-STEP / 4)];
    const central = (up + down) / 2;
    const near = (upNear + downNear) / 2;
    const room = TOLERANCE * scale + (4 * noise) / STEP;
    const bent = Math.abs(up - down) > 10 * room || Math.abs(upNear - downNear) > 0.7 * Math.abs(up - down) + room;
    if (!Number.isFinite(near) || bent || Math.abs(central - near) > room) continue;
    tried++;
    const extrapolated = near + (near - central) / 15;
    if (!(Math.abs(extrapolated - computed[at]!) <= room))
      return { verdict: 'differs', reason: `${computed[at]!} for ${extrapolated} at ${at}` };
  }
  return tried === 0 ? { verdict: 'kink', reason: '' } : { verdict: 'agrees', reason: '' };
}
