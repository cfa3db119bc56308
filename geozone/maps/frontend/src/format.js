// Numbers and verdicts in words and real units, with the digits of geozone.rates.digits.

import { digits, exactPlaces, percent } from './rounding.js';
import { text } from './text.js';

const MOST_PLACES = 6;

function areaPlaces(value) {
  return Math.abs(value) >= 100 || value === 0 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
}

// A value of an indicator in its unit: a fraction in per cent, an area in km².
export function amountOf(value, kind, places) {
  if (kind === 'area') return `${digits(value, places ?? areaPlaces(value))} km²`;
  return percent(value, places ?? 1);
}

// A share of less than the layers can tell has a denominator, which says how little there is, and no value.
export function applies(rate) {
  return rate.value !== null || rate.low !== null || rate.denominator === null;
}

// As many digits as it takes to tell a value from its target: 54.96 % is not "55.0 %" when 55 % is asked for.
export function rateText(rate, kind) {
  if (rate.value === null) {
    if (rate.low === null && rate.high === null) return text(applies(rate) ? 'no_value' : 'not_applicable');
    return text('band', { low: amountOf(rate.low ?? 0, kind), high: rate.high === null ? '?' : amountOf(rate.high, kind) });
  }
  const goal = rate.target_value;
  let places = kind === 'area' ? areaPlaces(rate.value) : 1;
  if (goal !== null && rate.value !== goal) {
    while (places < MOST_PLACES && amountOf(rate.value, kind, places) === amountOf(goal, kind, places)) places++;
  }
  return amountOf(rate.value, kind, places);
}

export function inUnit(value, unit, places = exactPlaces(value)) {
  const amount = digits(value, places);
  if (unit === 'count') return text('amount_count', { amount });
  if (unit === 'percentage_points') return text('amount_points', { amount });
  if (unit === '%') return `${amount}%`;
  return `${amount} ${unit === 'km2' ? 'km²' : unit || ''}`.trim();
}

function gapPlaces(size, unit) {
  let places = Number.isInteger(size) ? 0 : 1;
  if (unit === 'percentage_points') places = 1;
  else if (unit === 'km2') places = areaPlaces(size);
  else if (unit === 'km') places = size >= 100 ? 0 : 1;
  while (size && places < MOST_PLACES && !/[1-9]/.test(digits(size, places))) places++; // a gap is never shown as 0
  return places;
}

export function gapText(rate) {
  if (rate.gap === null) return '';
  if (rate.gap === 0) return text('gap_none');
  const size = Math.abs(rate.gap);
  return text(rate.gap > 0 ? 'gap_short' : 'gap_over', { amount: inUnit(size, rate.gap_unit, gapPlaces(size, rate.gap_unit)) });
}

const SIGNS = { '>=': '≥ ', '<=': '≤ ', '=': '= ' };

// A target as the clause puts it: "≥ 55%", "about 45%", "all".
export function targetText(rate, target, kind) {
  const comparator = rate.comparator || target?.comparator;
  let amount = null;
  if (kind && rate.target_value !== null) amount = targetAmount(rate.target_value, kind);
  else if (target && target.value !== null) amount = inUnit(Number(target.value), target.unit);
  if (comparator in SIGNS) return amount === null ? text('target_unstated') : SIGNS[comparator] + amount;
  return text(`comparator_${comparator || 'qualitative'}`, { amount: amount ?? '' }).trim();
}

// The figure of a target with all its decimals.
export function targetAmount(value, kind) {
  return amountOf(value, kind, exactPlaces(kind === 'area' ? value : value * 100));
}

export function shareOf(rate) {
  if (rate.numerator === null || rate.denominator === null) return '';
  const places = (value) => (Number.isInteger(value) || rate.unit === 'count' ? 0 : 1);
  const unit = { km2: ' km²', km: ' km', count: '' }[rate.unit] ?? ` ${rate.unit}`;
  return `${digits(rate.numerator, places(rate.numerator))} / ${digits(rate.denominator, places(rate.denominator))}${unit}`;
}
