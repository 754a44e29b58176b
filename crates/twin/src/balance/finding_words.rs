//! Findings in words: in English with the keys and in French with the labels of the vocabulary, numbers as each language writes them.

use didymium_vocabulary::{Language, MassBasis, Vocabulary};

use super::finding::{CapacityFault, Finding, Reason};

/// A number in English and French.
fn numbers(canonical: &str) -> (String, String) {
    (Language::En.number(canonical), Language::Fr.number(canonical))
}

/// What keys of the vocabulary are called in French. What it does not know, such as the words of a source, stays as it is.
#[derive(Clone, Copy)]
struct French<'v>(&'v Vocabulary);

impl<'v> French<'v> {
    fn stage(self, key: &'v str) -> &'v str {
        self.0.stage(key).map_or(key, |stage| &stage.label.fr)
    }

    fn form(self, key: &'v str) -> &'v str {
        self.0.form(key).map_or(key, |form| &form.label.fr)
    }

    fn substance(self, key: &'v str) -> &'v str {
        self.0.substance(key).map_or(key, |substance| &substance.label.fr)
    }

    fn commodity(self, key: &'v str) -> &'v str {
        self.0.commodity(key).map_or(key, |commodity| &commodity.label.fr)
    }

    fn place(self, key: &'v str) -> &'v str {
        self.0.place(key).map_or(key, |place| &place.label().fr)
    }

    fn basis(self, key: &'v str) -> &'v str {
        let basis: Option<MassBasis> = key.parse().ok();
        basis.map_or(key, |basis| basis.adjective(Language::Fr))
    }

    /// A use, a place or the words of a source: whatever names a part.
    fn part(self, key: &'v str) -> &'v str {
        match self.0.end_use(key) {
            Some(end_use) => &end_use.label.fr,
            None => self.place(key),
        }
    }

    /// Uses by their labels, each with the key that a table has to name.
    fn uses(self, keys: &str) -> String {
        let named = keys.split(", ").map(|key| match self.0.end_use(key) {
            Some(end_use) => format!("« {} » (`{key}`)", end_use.label.fr),
            None => format!("`{key}`"),
        });
        named.collect::<Vec<_>>().join(", ")
    }
}

impl CapacityFault {
    /// Why, in English and French.
    fn words(&self, french: French<'_>) -> (String, String) {
        match self {
            Self::Basis { basis, substance } => {
                let counted = [basis.as_str(), substance.as_str()].join(" ");
                let counted = counted.trim();
                let of = match substance.as_str() {
                    "" => String::new(),
                    key => format!(" (« {} »)", french.substance(key)),
                };
                (
                    format!("is told as `{counted}`, which this chain does not count there"),
                    format!(
                        "est donnée en masse {}{of}, que cette chaîne ne compte pas là",
                        french.basis(basis)
                    ),
                )
            }
            Self::Nothing => (
                "is nothing, though the process runs (say `closed` or `suspended` where it does not)"
                    .to_owned(),
                "est nulle, alors que le procédé fonctionne (sinon, dites `closed` ou `suspended`)"
                    .to_owned(),
            ),
            Self::TooLarge => (
                "is larger than that of any plant".to_owned(),
                "dépasse celle de toute usine".to_owned(),
            ),
        }
    }
}

impl Finding {
    /// What is wrong, in English and French.
    #[must_use]
    pub fn words(&self, vocabulary: &Vocabulary) -> (String, String) {
        let french = French(vocabulary);
        match &self.reason {
            Reason::WrongBasis { given, wanted } if wanted.is_empty() => (
                format!(
                    "is a {given} mass, and the chain counts the mass as weighed there: nothing says \
                     what that was. Report the mass as weighed."
                ),
                format!(
                    "est une masse {}, alors que la chaîne compte la masse telle que pesée : rien ne dit \
                     ce qu’elle était. Déclarez la masse telle que pesée.",
                    french.basis(given)
                ),
            ),
            Reason::WrongBasis { given, wanted } => (
                format!(
                    "is a {given} mass, and the chain counts {wanted} there: nothing says how much of it \
                     is in this mass. Report the contained mass."
                ),
                format!(
                    "est une masse {}, alors que la chaîne compte « {} » : rien ne dit combien cette \
                     masse en contient. Déclarez la masse contenue.",
                    french.basis(given),
                    french.substance(wanted)
                ),
            ),
            Reason::NoFactor { substance } => (
                format!("counts `{substance}`, from which no factor leads to what the chain counts."),
                format!(
                    "compte « {} », d’où aucun facteur ne mène à ce que compte la chaîne.",
                    french.substance(substance)
                ),
            ),
            Reason::OtherCommodity { commodity } => (
                format!(
                    "is about `{commodity}`, which stands across several families; it is not balanced yet."
                ),
                format!(
                    "porte sur « {} », à cheval sur plusieurs familles ; ce n’est pas encore équilibré.",
                    french.commodity(commodity)
                ),
            ),
            Reason::UnknownSite => (
                "names a site that nobody registered. Register the site, or mend its key.".to_owned(),
                "nomme un site que personne n’a enregistré. Enregistrez le site ou corrigez sa clé."
                    .to_owned(),
            ),
            Reason::SiteElsewhere { registered, said } => (
                format!("puts the site into {said}; it is registered in {registered}."),
                format!(
                    "place le site dans un autre pays ({}) que son enregistrement ({}).",
                    french.place(said),
                    french.place(registered)
                ),
            ),
            Reason::NoProcess { stage } => (
                format!(
                    "is about the stage `{stage}`, at which the site has no process. Register the \
                     process, or mend the stage."
                ),
                format!(
                    "porte sur l’étape « {} », où le site n’a aucun procédé. Enregistrez le procédé ou \
                     corrigez l’étape.",
                    french.stage(stage)
                ),
            ),
            Reason::SumOfCountries { area } => (
                format!("is a sum over countries (`{area}`), which stand there themselves; it is not used."),
                format!(
                    "est une somme de pays (« {} »), qui y figurent eux-mêmes ; elle n’est pas utilisée.",
                    french.place(area)
                ),
            ),
            Reason::OtherForm { form, counted } => (
                format!("counts `{form}` only; the chain counts `{counted}` there, of which that is a part."),
                format!(
                    "ne compte que « {} » ; la chaîne y compte « {} », dont ce n’est qu’une partie.",
                    french.form(form),
                    french.form(counted)
                ),
            ),
            Reason::Part { subject } => (
                format!("is about a part (`{subject}`) or follows from other figures; it is not used."),
                format!(
                    "porte sur une partie (« {} ») ou découle d’autres chiffres ; il n’est pas utilisé.",
                    french.part(subject)
                ),
            ),
            Reason::AtLeast => (
                "is a least amount: how much more it is nobody says, so it is not used.".to_owned(),
                "est un minimum : nul ne dit de combien il est dépassé, il n’est donc pas utilisé."
                    .to_owned(),
            ),
            Reason::TotalBelowRows { short } => {
                let (short_en, short_fr) = numbers(short);
                (
                    format!(
                        "is {short_en} t less than the rows of its own table; the rows are used, the \
                         total is not."
                    ),
                    format!(
                        "est inférieur de {short_fr} t aux lignes de son propre tableau ; les lignes \
                         sont utilisées, le total non."
                    ),
                )
            }
            Reason::OneOfForms { form } => (
                format!(
                    "counts `{form}`, one of several forms counted apart; nobody counts them together, \
                     so it is not used."
                ),
                format!(
                    "compte « {} », une des formes comptées à part ; personne ne les compte ensemble, il \
                     n’est donc pas utilisé.",
                    french.form(form)
                ),
            ),
            Reason::AboveCapacity { capacity } => {
                let (capacity_en, capacity_fr) = numbers(capacity);
                (
                    format!(
                        "is more than the {capacity_en} t a year that the site can make as registered: \
                         one of them is wrong. The figure is used."
                    ),
                    format!(
                        "dépasse les {capacity_fr} t par an que le site peut produire d’après son \
                         enregistrement : l’un des deux est faux. Le chiffre est utilisé."
                    ),
                )
            }
            Reason::UnknownUse { subject, known } => (
                format!(
                    "is about the use `{subject}`, which is none of: {known}. It is not used. Name one \
                     of these."
                ),
                format!(
                    "porte sur l’usage « {subject} », qui n’est pas de ceux-ci : {}. Il n’est pas \
                     utilisé. Nommez l’un d’eux.",
                    french.uses(known)
                ),
            ),
            Reason::NoStage { stage } => (
                format!(
                    "is about the stage `{stage}`, which the chain does not have, or not this measure of \
                     it; it is not used."
                ),
                format!(
                    "porte sur l’étape « {} », que la chaîne n’a pas, ou pas pour cette mesure ; il \
                     n’est pas utilisé.",
                    french.stage(stage)
                ),
            ),
            Reason::SitesAboveCountry { sites, country } => {
                let (sites_en, sites_fr) = numbers(sites);
                let (country_en, country_fr) = numbers(country);
                (
                    format!(
                        "makes its country’s sites add to {sites_en} t, above the {country_en} t that \
                         are reported of the country: one of them is wrong. Both are used."
                    ),
                    format!(
                        "porte la somme des sites de son pays à {sites_fr} t, plus que les {country_fr} \
                         t déclarées pour le pays : l’un des deux est faux. Les deux sont utilisés."
                    ),
                )
            }
            Reason::MonthsAboveYear {
                months,
                together,
                year,
            } => {
                let (together_en, together_fr) = numbers(together);
                let (year_en, year_fr) = numbers(year);
                (
                    format!(
                        "is one of {months} months that together make {together_en} t, above the {year_en} t \
                         that are reported of their year: one of them is wrong. All are used."
                    ),
                    format!(
                        "est l’un de {months} mois qui font ensemble {together_fr} t, plus que les {year_fr} t \
                         déclarées pour leur année : l’un d’eux est faux. Tous sont utilisés."
                    ),
                )
            }
            Reason::OutOfSeries { said, beside } => {
                let (said_en, said_fr) = numbers(said);
                let [before, after] = beside;
                let ((before_en, before_fr), (after_en, after_fr)) = (numbers(before), numbers(after));
                (
                    format!(
                        "is {said_en} t, where the same voice says {before_en} t and {after_en} t of the \
                         nearest periods, and no other voice says about the same: look at its unit and \
                         its decimal point, and whether a nothing means that it is not known. It is used."
                    ),
                    format!(
                        "est de {said_fr} t, alors que la même voix dit {before_fr} t et {after_fr} t des \
                         périodes les plus proches, et qu’aucune autre n’en dit à peu près autant : \
                         vérifiez son unité et sa virgule, et si un zéro ne veut pas dire que l’on \
                         l’ignore. Il est utilisé."
                    ),
                )
            }
            Reason::Overruled { left, deviations } => {
                let (left_en, left_fr) = numbers(left);
                let (deviations_en, deviations_fr) = numbers(deviations);
                (
                    format!(
                        "is {deviations_en} deviations from the {left_en} t that the balance leaves of \
                         it, and no report alone contradicts it: what cannot be negative, a yield or an \
                         assumption stands against it. Compare the other figures of the place; one of \
                         them is wrong. It is used."
                    ),
                    format!(
                        "est à {deviations_fr} écarts types des {left_fr} t que le bilan en laisse, sans \
                         qu’aucune déclaration seule le contredise : une grandeur qui ne peut être \
                         négative, un rendement ou une hypothèse s’y oppose. Comparez les autres \
                         chiffres du lieu ; l’un d’eux est faux. Il est utilisé."
                    ),
                )
            }
            Reason::BeyondWorld { world } => {
                let (world_en, world_fr) = numbers(world);
                (
                    format!(
                        "is more than the whole world makes in ten years ({world_en} t a year, by the most \
                         that anybody says): look at its unit. It is not used."
                    ),
                    format!(
                        "dépasse dix ans de production mondiale ({world_fr} t par an, au plus selon \
                         toutes les voix) : vérifiez son unité. Il n’est pas utilisé."
                    ),
                )
            }
            Reason::AboveWorld { world } => {
                let (world_en, world_fr) = numbers(world);
                (
                    format!(
                        "is more than the {world_en} t that the balance leaves of the whole world: one of \
                         them is wrong, and the other places would be below nothing. It is used."
                    ),
                    format!(
                        "dépasse les {world_fr} t que le bilan laisse au monde entier : l’un des deux est \
                         faux, et les autres lieux seraient au-dessous de zéro. Il est utilisé."
                    ),
                )
            }
            Reason::BeyondAllStocks { made } => {
                let (made_en, made_fr) = numbers(made);
                (
                    format!(
                        "is a stock of more than the world makes in ten years ({made_en} t a year): look \
                         at its unit. It is used."
                    ),
                    format!(
                        "est un stock supérieur à dix ans de production mondiale ({made_fr} t par an) : \
                         vérifiez son unité. Il est utilisé."
                    ),
                )
            }
            Reason::ToldOtherwise { counted } => {
                let (counted_en, counted_fr) = numbers(counted);
                (
                    format!(
                        "is not what another statement of the same edition says: {counted_en} t, which \
                         counts. One of them copied it wrongly; see both in the balance of sources, and \
                         withdraw the wrong one."
                    ),
                    format!(
                        "n’est pas ce que dit une autre déclaration de la même édition : {counted_fr} t, \
                         qui compte. L’une des deux l’a mal recopiée ; voyez les deux au bilan des \
                         sources et retirez la fausse."
                    ),
                )
            }
            Reason::MonthMissing { missing, after } => (
                format!(
                    "is the last before a gap: {missing} is missing after {after}. The month is told \
                     from what stands around it, if it can be."
                ),
                format!(
                    "est le dernier avant une lacune : {missing} manque après {after}. Le mois est \
                     déduit de ce qui l’entoure, si cela se peut."
                ),
            ),
            Reason::YieldAboveOne { said } => {
                let (said_en, said_fr) = numbers(said);
                (
                    format!(
                        "gives a yield of {said_en} percent: more than goes in cannot come out. It is \
                         not used."
                    ),
                    format!(
                        "donne un rendement de {said_fr} % : il ne peut sortir plus qu’il n’entre. Il \
                         n’est pas utilisé."
                    ),
                )
            }
            Reason::YieldOfNothing => (
                "gives a yield of nothing: what goes in cannot vanish. It is not used. Where nothing was \
                 made, report a production of 0."
                    .to_owned(),
                "donne un rendement nul : ce qui entre ne peut disparaître. Il n’est pas utilisé. Si \
                 rien n’a été produit, déclarez une production de 0."
                    .to_owned(),
            ),
            Reason::YieldWithoutRecipe { stage } => (
                format!(
                    "gives a yield of the stage `{stage}`, of which the vocabulary knows no process: \
                     nothing says what it is a yield of. It is not used. Have the process added to the \
                     club's vocabulary."
                ),
                format!(
                    "donne un rendement à l’étape « {} », dont le vocabulaire ne connaît aucun procédé : \
                     rien ne dit de quoi c’est le rendement. Il n’est pas utilisé. Faites ajouter le \
                     procédé au vocabulaire du club.",
                    french.stage(stage)
                ),
            ),
            Reason::CapacityUnusable { stage, why } => {
                let (en, fr) = why.words(french);
                (
                    format!(
                        "has a capacity at the stage `{stage}` that {en}. It is not used. Mend the site."
                    ),
                    format!(
                        "a, à l’étape « {} », une capacité qui {fr}. Elle n’est pas utilisée. Corrigez \
                         le site.",
                        french.stage(stage)
                    ),
                )
            }
            Reason::YieldFarFromRecipe {
                said,
                known: (recovery, deviation),
            } => {
                let (said_en, said_fr) = numbers(said);
                let (recovery_en, recovery_fr) = numbers(recovery);
                let (deviation_en, deviation_fr) = numbers(deviation);
                (
                    format!(
                        "gives a yield of {said_en} percent, far from what such processes have \
                         ({recovery_en} ± {deviation_en}): every figure on both sides of it would look \
                         wrong. It is not used. Mend it, or have the club's vocabulary mended."
                    ),
                    format!(
                        "donne un rendement de {said_fr} %, loin de celui de tels procédés \
                         ({recovery_fr} ± {deviation_fr}) : tous les chiffres de part et d’autre \
                         paraîtraient faux. Il n’est pas utilisé. Corrigez-le, ou faites corriger le \
                         vocabulaire du club."
                    ),
                )
            }
            Reason::YieldOfQuarter => (
                "gives a yield of a quarter; processes are balanced by month or by year. Report one of \
                 these."
                    .to_owned(),
                "donne un rendement trimestriel ; les procédés sont équilibrés par mois ou par an. \
                 Déclarez l’un des deux."
                    .to_owned(),
            ),
            Reason::UseOfPartOfYear => (
                "is what a use takes in a part of a year; goods in use are balanced by year. Report the \
                 year."
                    .to_owned(),
                "est ce qu’un usage absorbe dans une partie d’année ; les biens en usage sont équilibrés \
                 par an. Déclarez l’année."
                    .to_owned(),
            ),
            Reason::FarFromOthers {
                others: (first, last),
            } => (
                format!(
                    "is of a year far from all others, which speak of {first} to {last}; it is not used. \
                     Mend the year, or report the years between."
                ),
                format!(
                    "porte sur une année loin de toutes les autres, qui vont de {first} à {last} ; il \
                     n’est pas utilisé. Corrigez l’année ou déclarez celles d’entre-temps."
                ),
            ),
            Reason::NotFinite => (
                "is no number that can be computed with.".to_owned(),
                "n’est pas un nombre avec lequel on puisse calculer.".to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(reason: Reason) -> (String, String) {
        let finding = Finding {
            fact: None,
            site: None,
            reason,
        };
        finding.words(Vocabulary::embedded())
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let (en, fr) = words(Reason::Overruled {
            left: "12500".to_owned(),
            deviations: "6.2".to_owned(),
        });
        assert!(en.contains("6.2 deviations from the 12,500 t"), "{en}");
        assert!(fr.contains("6,2 écarts types des 12\u{202f}500 t"), "{fr}");
        let (en, fr) = words(Reason::YieldFarFromRecipe {
            said: "41.5".to_owned(),
            known: ("90".to_owned(), "2.5".to_owned()),
        });
        assert!(en.contains("41.5 percent") && en.contains("(90 ± 2.5)"), "{en}");
        assert!(fr.contains("41,5 %") && fr.contains("(90 ± 2,5)"), "{fr}");
    }

    #[test]
    fn keys_of_the_vocabulary_have_their_labels_in_french() {
        let key = str::to_owned;
        let cases = [
            (
                Reason::WrongBasis {
                    given: key("wet"),
                    wanted: key("REO"),
                },
                ["masse humide", "« Oxydes"],
                ["wet", "REO »"],
            ),
            (
                Reason::NoProcess {
                    stage: key("separation"),
                },
                ["« Séparation", "procédé"],
                ["separation", "`"],
            ),
            (
                Reason::OtherForm {
                    form: key("separated_oxide"),
                    counted: key("compounds_and_metals"),
                },
                ["séparé", "Composés"],
                ["separated_oxide", "compounds_and_metals"],
            ),
            (
                Reason::SiteElsewhere {
                    registered: key("CAN"),
                    said: key("DEU"),
                },
                ["(Allemagne)", "(Canada)"],
                ["DEU", "CAN"],
            ),
            (
                Reason::CapacityUnusable {
                    stage: key("mine"),
                    why: CapacityFault::Basis {
                        basis: key("dry"),
                        substance: String::new(),
                    },
                },
                ["masse sèche", "« "],
                ["dry", "`"],
            ),
        ];
        for (reason, said, unsaid) in cases {
            let (_, fr) = words(reason);
            assert!(said.iter().all(|part| fr.contains(part)), "{fr}");
            assert!(!unsaid.iter().any(|part| fr.contains(part)), "{fr}");
        }
        // What a table has to name is its key, and the words of a source are no key.
        let (_, fr) = words(Reason::UnknownUse {
            subject: "toys".to_owned(),
            known: Vocabulary::embedded().end_uses()[0].key.clone(),
        });
        assert!(fr.contains("toys") && fr.contains("(`"), "{fr}");
    }
}
