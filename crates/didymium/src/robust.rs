//! What is said of a robust balance beside its figures.

/// What is to be known of a robust balance; nothing of another.
pub fn text(counted_less: Option<u64>, settled: Option<bool>, rounds: Option<u64>) -> String {
    let Some(reports) = counted_less else {
        return String::new();
    };
    let mut text = format!(
        "robust: {reports} reports count less than in full, being further from the others than most\n"
    );
    if settled == Some(false) {
        let rounds = rounds.unwrap_or_default();
        text.push_str(&format!(
            "robust: how much they count did not settle in {rounds} rounds, and further rounds would move the figures: take them as about so\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_robust_balance_that_did_not_settle_says_so() {
        assert_eq!(text(None, None, None), "");
        let settled = text(Some(3), Some(true), Some(17));
        assert!(settled.contains("3 reports count less") && !settled.contains("settle"));
        let unsettled = text(Some(3), Some(false), Some(100));
        assert!(unsettled.starts_with(&settled) && unsettled.contains("did not settle in 100 rounds"));
    }
}
