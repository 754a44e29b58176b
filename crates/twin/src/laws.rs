//! The two laws that tests of reports need, with the functions of `libm`: the same digits on every machine.

use std::f64::consts::SQRT_2;

/// Terms of a series or fraction at most. About six times the root of the degrees of freedom are needed.
const TERMS: u32 = 1_000_000;

/// The probability that a standard normal number is at least this far from zero, on either side.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The `z` above zero that a standard normal number exceeds in size with such a probability (between 0 and 1, both
/// excluded); by bisection, to the last digit.
pub(crate) fn normal_critical(probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, 40.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return middle;
        }
        if normal_two_sided(middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The probability that a standard normal number is at least this large.
pub(crate) fn normal_above(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// The probability that a χ² number with so many degrees of freedom is at least this large; 1 with none.
pub(crate) fn chi_squared_above(statistic: f64, degrees: usize) -> f64 {
    if degrees == 0 || statistic <= 0.0 {
        return 1.0;
    }
    let degrees = u32::try_from(degrees).unwrap_or(u32::MAX);
    gamma_above(f64::from(degrees) / 2.0, statistic / 2.0)
}

/// The regularised upper incomplete gamma function Q(a, x) (Abramowitz & Stegun 6.5.29 and 6.5.31; the fraction by
/// Lentz's method).
fn gamma_above(a: f64, x: f64) -> f64 {
    let factor = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..TERMS {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * f64::EPSILON {
                break;
            }
        }
        return (1.0 - factor * sum).max(0.0);
    }
    let tiny = f64::MIN_POSITIVE;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for n in 1..TERMS {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < tiny { tiny } else { d };
        c = b + an / c;
        c = if c.abs() < tiny { tiny } else { c };
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    factor * h
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}");
    }

    /// Percentage points of χ²: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.4.
    #[test]
    fn chi_squared_as_tabled() {
        for (degrees, probability, statistic) in [
            (1, 0.05, 3.841),
            (3, 0.10, 6.251),
            (5, 0.05, 11.070),
            (10, 0.01, 23.209),
            (10, 0.001, 29.588),
            (30, 0.05, 43.773),
            (100, 0.05, 124.342),
            (1, 0.95, 0.004),
            (20, 0.99, 8.260),
        ] {
            close(
                chi_squared_above(statistic, degrees),
                probability,
                6e-3 * probability.max(0.01),
            );
        }
        // With two degrees of freedom the law is exponential.
        close(chi_squared_above(100.0, 2), libm::exp(-50.0), 1e-33);
        close(chi_squared_above(1.0, 2), libm::exp(-0.5), 1e-15);
        // Near the mean of many degrees (Wilson & Hilferty 1931 to their accuracy).
        close(chi_squared_above(20_000.0, 20_000), 0.498_7, 2e-4);
    }

    /// Percentage points of the normal law: NIST/SEMATECH e-Handbook, 1.3.6.7.1.
    #[test]
    fn normal_as_tabled() {
        close(normal_critical(0.05), 1.959_963_984_540_054, 1e-12);
        close(normal_critical(0.01), 2.575_829_303_548_901, 1e-12);
        close(normal_two_sided(1.0), 0.317_310_507_862_914, 1e-14);
    }
}
