//! Kernels on columns of dense fronts. The order of the operations on each number is fixed by the code: the compiler may
//! put neighbouring rows into one register, it may not regroup a sum.

/// `target −= Σ_k columns[k] · factors[k]`, four columns at a time.
pub(super) fn subtract(target: &mut [f64], columns: &[&[f64]], factors: &[f64]) {
    let rows = target.len();
    let mut four_columns = columns.chunks_exact(4);
    let mut four_factors = factors.chunks_exact(4);
    for (chunk, factor) in (&mut four_columns).zip(&mut four_factors) {
        if let ([one, two, three, four], [f, g, h, k]) = (chunk, factor) {
            let (one, two, three, four) = (&one[..rows], &two[..rows], &three[..rows], &four[..rows]);
            for row in 0..rows {
                target[row] -= (one[row] * f + two[row] * g) + (three[row] * h + four[row] * k);
            }
        }
    }
    for (column, factor) in four_columns.remainder().iter().zip(four_factors.remainder()) {
        for (value, entry) in target.iter_mut().zip(*column) {
            *value -= entry * factor;
        }
    }
}

/// [`subtract`] for two targets at once, which reads each column once.
pub(super) fn subtract_pair(
    (first, second): (&mut [f64], &mut [f64]),
    columns: &[&[f64]],
    (factors, factors_second): (&[f64], &[f64]),
) {
    let rows = first.len();
    let second = &mut second[..rows];
    let whole = columns.len() / 4 * 4;
    for at in (0..whole).step_by(4) {
        if let ([one, two, three, four], [f, g, h, k], [p, q, r, s]) = (
            &columns[at..at + 4],
            &factors[at..at + 4],
            &factors_second[at..at + 4],
        ) {
            let (one, two, three, four) = (&one[..rows], &two[..rows], &three[..rows], &four[..rows]);
            for row in 0..rows {
                first[row] -= (one[row] * f + two[row] * g) + (three[row] * h + four[row] * k);
                second[row] -= (one[row] * p + two[row] * q) + (three[row] * r + four[row] * s);
            }
        }
    }
    for at in whole..columns.len() {
        let (column, f, p) = (&columns[at][..rows], factors[at], factors_second[at]);
        for row in 0..rows {
            first[row] -= column[row] * f;
            second[row] -= column[row] * p;
        }
    }
}

/// Scalar product, in four partial sums.
pub(super) fn dot(one: &[f64], two: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (mut fours, mut others) = (one.chunks_exact(4), two.chunks_exact(4));
    for (left, right) in (&mut fours).zip(&mut others) {
        for lane in 0..4 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f64 = fours
        .remainder()
        .iter()
        .zip(others.remainder())
        .map(|(a, b)| a * b)
        .sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
