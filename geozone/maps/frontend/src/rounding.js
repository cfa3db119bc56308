// Numbers rounded half up, digit for digit as geozone.rounding does it: 9 of 16 is 56.3 %.

const SIGNIFICANT = 12; // digits that count; those behind them are the noise of binary fractions

// A finite number at `places` decimals, with thousands separators. There is no minus zero.
/** @param {number} value @param {number} [places] @returns {string} */
export function digits(value, places = 0) {
  const [mantissa, power] = Math.abs(value)
    .toExponential(SIGNIFICANT - 1)
    .split('e');
  const shift = Number(power) - (SIGNIFICANT - 1) + places;
  let whole = BigInt(mantissa.replace('.', '')); // in units of the last place, after the shift
  if (shift >= 0) whole *= 10n ** BigInt(shift);
  else whole = (whole + 5n * 10n ** BigInt(-shift - 1)) / 10n ** BigInt(-shift);
  const sign = value < 0 && whole > 0n ? '-' : '';
  const all = String(whole).padStart(places + 1, '0');
  const integer = all.slice(0, all.length - places).replace(/\B(?=(\d{3})+$)/g, ',');
  return sign + integer + (places ? `.${all.slice(-places)}` : '');
}
