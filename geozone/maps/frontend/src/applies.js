// A share of less than the layers can tell has a denominator, which says how little there is, and no value.
/** @param {Pick<Rate, 'value' | 'low' | 'denominator'>} rate @returns {boolean} */
export function applies(rate) {
  return rate.value !== null || rate.low !== null || rate.denominator === null;
}
