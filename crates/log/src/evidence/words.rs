//! What evidence shows, in plain words.

use super::SplitView;
use crate::hash::Hash;

impl SplitView {
    /// One sentence of what was proven, in English.
    pub fn english(&self) -> String {
        let (origin, small, large) = (&self.origin, self.smaller.size, self.larger.size);
        if small == large {
            format!(
                "{origin} signed two different logs of {small} {}, one with root {}, the other with root {}: \
                 it showed different records to different readers, and both signatures are its own.",
                plural(small, "entry", "entries"),
                short(self.smaller.root),
                short(self.larger.root),
            )
        } else {
            format!(
                "{origin} signed a log of {small} {} with root {}, and also a log of {large} entries whose \
                 first {small} have root {}: it changed or removed records that it had signed, and both \
                 signatures are its own.",
                plural(small, "entry", "entries"),
                short(self.smaller.root),
                short(self.root_at_smaller),
            )
        }
    }

    /// The same sentence in French.
    pub fn french(&self) -> String {
        let (origin, small, large) = (&self.origin, self.smaller.size, self.larger.size);
        if small == large {
            format!(
                "{origin} a signé deux registres différents de {small} {}, l’un de racine {}, l’autre de \
                 racine {} : il a montré des inscriptions différentes à des lecteurs différents, et les deux \
                 signatures sont les siennes.",
                plural(small, "entrée", "entrées"),
                short(self.smaller.root),
                short(self.larger.root),
            )
        } else {
            format!(
                "{origin} a signé un registre de {small} {} de racine {}, et aussi un registre de {large} \
                 entrées dont le début, à la même longueur, a la racine {} : il a modifié ou retiré des \
                 inscriptions qu’il avait signées, et les deux signatures sont les siennes.",
                plural(small, "entrée", "entrées"),
                short(self.smaller.root),
                short(self.root_at_smaller),
            )
        }
    }
}

/// Zero counts as plural in English and as singular in French; neither can occur with a contradiction that
/// matters, so one rule serves both.
fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// Enough of a root to tell two apart by eye.
fn short(root: Hash) -> String {
    root.to_string().chars().take(12).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::hash::leaf_hash;

    #[test]
    fn sentences_name_log_sizes_and_roots() {
        let head = |size, entry: &[u8]| Checkpoint {
            origin: "log.example".into(),
            size,
            root: leaf_hash(entry),
        };
        let same = SplitView {
            origin: "log.example".into(),
            smaller: head(1, b"a"),
            larger: head(1, b"b"),
            root_at_smaller: leaf_hash(b"b"),
        };
        assert!(
            same.english()
                .starts_with("log.example signed two different logs of 1 entry,")
        );
        assert!(
            same.french()
                .starts_with("log.example a signé deux registres différents de 1 entrée,")
        );
        let rewritten = SplitView {
            larger: head(9, b"c"),
            ..same
        };
        for sentence in [rewritten.english(), rewritten.french()] {
            assert!(
                sentence.contains(&short(leaf_hash(b"b"))) && sentence.contains(" 9 "),
                "{sentence}"
            );
            assert!(sentence.ends_with('.') && !sentence.contains('\n'));
        }
    }
}
