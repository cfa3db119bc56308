// Numbers and verdicts in words and real units.

import { text, language } from './text.js';

const formats = new Map();

export function plainNumber(value, digits = 0) {
  const key = `${language()} ${digits}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }));
  }
  return formats.get(key).format(value);
}

function areaDigits(value) {
  return Math.abs(value) >= 100 || value === 0 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
}

export function percent(value, digits = 1) {
  return `${plainNumber(value * 100, digits)}%`;
}

// A value of an indicator in its unit: a fraction in per cent, an area in km².
export function amountOf(value, kind, digits) {
  if (kind === 'area') return `${plainNumber(value, digits ?? areaDigits(value))} km²`;
  return percent(value, digits ?? 1);
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
  let digits = kind === 'area' ? areaDigits(rate.value) : 1;
  const factor = kind === 'area' ? 1 : 100;
  if (rate.target_value !== null && rate.value !== rate.target_value) {
    while (digits < 6 && (rate.value * factor).toFixed(digits) === (rate.target_value * factor).toFixed(digits)) digits++;
  }
  return amountOf(rate.value, kind, digits);
}

export function inUnit(value, unit) {
  if (unit === 'count') return text('amount_count', { amount: plainNumber(value, Number.isInteger(value) ? 0 : 1) });
  if (unit === 'km2') return `${plainNumber(value, areaDigits(value))} km²`;
  if (unit === 'km') return `${plainNumber(value, value >= 100 ? 0 : 1)} km`;
  if (unit === '%') return `${plainNumber(value, Number.isInteger(value) ? 0 : 1)}%`;
  if (unit === 'percentage_points') return text('amount_points', { amount: plainNumber(value, value >= 10 && Number.isInteger(value) ? 0 : 1) });
  return `${plainNumber(value, Number.isInteger(value) ? 0 : 2)} ${unit || ''}`.trim();
}

export function gapText(rate) {
  if (rate.gap === null) return '';
  const amount = inUnit(Math.abs(rate.gap), rate.gap_unit);
  if (rate.gap === 0) return text('gap_none');
  return text(rate.gap > 0 ? 'gap_short' : 'gap_over', { amount });
}

const SIGNS = { '>=': '≥ ', '<=': '≤ ', '=': '= ' };

// A target as the clause puts it: "≥ 55%", "about 45%", "all".
export function targetText(rate, target, kind) {
  const comparator = rate.comparator || target?.comparator;
  let amount = null;
  if (kind && rate.target_value !== null) amount = kind === 'area' ? amountOf(rate.target_value, kind) : percentOfTarget(rate.target_value);
  else if (target && target.value !== null) amount = inUnit(Number(target.value), target.unit);
  if (comparator in SIGNS) return amount === null ? text('target_unstated') : SIGNS[comparator] + amount;
  return text(`comparator_${comparator || 'qualitative'}`, { amount: amount ?? '' }).trim();
}

function percentOfTarget(value) {
  const scaled = value * 100;
  const digits = [0, 1, 2, 3].find((count) => Math.abs(Number(scaled.toFixed(count)) - scaled) < 1e-9) ?? 3;
  return percent(value, digits);
}

export function shareOf(rate) {
  if (rate.numerator === null || rate.denominator === null) return '';
  const digits = rate.unit === 'count' ? 0 : 1;
  const unit = { km2: ' km²', km: ' km', count: '' }[rate.unit] ?? ` ${rate.unit}`;
  return `${plainNumber(rate.numerator, Number.isInteger(rate.numerator) ? 0 : digits)} / ${plainNumber(rate.denominator, Number.isInteger(rate.denominator) ? 0 : digits)}${unit}`;
}
