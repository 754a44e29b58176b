//! What could not be used for a balance, or stands out before anything is solved, and where it was said.

use didymium_vocabulary::Period;

use crate::fact::FactId;

/// Something found while the network was built. The balance is solved without what it names, but for what is
/// [used](Reason::is_used) all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The figure it is about, if one figure is.
    pub fact: Option<FactId>,
    /// The site it is about, if one is.
    pub site: Option<String>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why something is not used, or named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A mass on a basis that is not that of the chain there, and nothing says what is in it.
    WrongBasis {
        /// The basis given.
        given: String,
        /// The substance that the chain counts; empty where it counts the mass as weighed.
        wanted: String,
    },
    /// A substance that no factor leads from to what the chain counts.
    NoFactor {
        /// The substance.
        substance: String,
    },
    /// A commodity that is no part of the family, such as a basket over two families.
    OtherCommodity {
        /// The commodity.
        commodity: String,
    },
    /// A figure of a site that nobody registered.
    UnknownSite,
    /// A figure that puts a site into another country than its registration.
    SiteElsewhere {
        /// The country of the registration.
        registered: String,
        /// That of the figure.
        said: String,
    },
    /// A figure of a site at a stage where no process of it is registered.
    NoProcess {
        /// The stage.
        stage: String,
    },
    /// A figure of a union of countries beside its members: it would count twice.
    SumOfCountries {
        /// The union.
        area: String,
    },
    /// One of several forms at the stage, of which the chain counts another.
    OtherForm {
        /// The form.
        form: String,
        /// What the chain counts.
        counted: String,
    },
    /// A figure of a part, such as one use or one kind of stock: parts do not add to the whole unless all are told.
    Part {
        /// Which part, in the words of the source.
        subject: String,
    },
    /// A least amount: how much more it is nobody says.
    AtLeast,
    /// A total below the rows of its own table.
    TotalBelowRows {
        /// Tonnes by which it falls short.
        short: String,
    },
    /// One of several forms counted apart, where nobody counts them together.
    OneOfForms {
        /// The form.
        form: String,
    },
    /// A site that reports more than it can make, as registered.
    AboveCapacity {
        /// Tonnes a year, as registered.
        capacity: String,
    },
    /// A use that the vocabulary does not know.
    UnknownUse {
        /// What was said.
        subject: String,
        /// The uses that are known.
        known: String,
    },
    /// A figure at a stage that the chain does not have.
    NoStage {
        /// The stage.
        stage: String,
    },
    /// Sites that report more together than is reported of their country.
    SitesAboveCountry {
        /// Tonnes of the sites.
        sites: String,
        /// Tonnes of the country.
        country: String,
    },
    /// Another statement gives another figure of the same cell of the same edition, and that one is preferred.
    ToldOtherwise {
        /// Tonnes that count.
        counted: String,
    },
    /// A report that the balance leaves by many deviations, though no other report contradicts it.
    Overruled {
        /// Tonnes that the balance leaves of it.
        left: String,
        /// How far that is off, in deviations of the report.
        deviations: String,
    },
    /// A stock of more than the world makes in ten years.
    BeyondAllStocks {
        /// Tonnes that the world makes in a year.
        made: String,
    },
    /// A series of months has a gap.
    MonthMissing {
        /// The first month that is missing.
        missing: Period,
        /// The month reported before it.
        after: Period,
    },
    /// A yield of more than all that goes in.
    YieldAboveOne {
        /// What was said, percent.
        said: String,
    },
    /// The capacity of a process that counts nothing.
    CapacityUnusable {
        /// Stage of the process.
        stage: String,
        /// Why it cannot be used.
        why: CapacityFault,
    },
    /// A yield that no such process has.
    YieldFarFromRecipe {
        /// What was said, percent.
        said: String,
        /// What the vocabulary knows of such processes, percent, and how far they differ.
        known: (String, String),
    },
    /// A yield of a quarter: processes are balanced by month or year.
    YieldOfQuarter,
    /// What a use takes in a part of a year: goods in use are balanced by year.
    UseOfPartOfYear,
    /// A figure of a year far from all others: a slip of the pen would stretch the balance over the years between.
    FarFromOthers {
        /// The years that the others speak of.
        others: (i16, i16),
    },
    /// A number that is none, or too large to be computed with.
    NotFinite,
}

impl Reason {
    /// Whether the figure is used all the same: it stands out, but is no less a figure.
    #[must_use]
    pub const fn is_used(&self) -> bool {
        matches!(
            self,
            Self::AboveCapacity { .. }
                | Self::SitesAboveCountry { .. }
                | Self::MonthMissing { .. }
                | Self::Overruled { .. }
                | Self::BeyondAllStocks { .. }
        )
    }
}

/// Why a capacity cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapacityFault {
    /// It counts another mass than the chain does.
    Basis {
        /// The basis that it has.
        basis: String,
        /// The substance that it counts; empty where it counts none.
        substance: String,
    },
    /// It is larger than anything that can be.
    TooLarge,
}

impl CapacityFault {
    /// Why, in English and French.
    fn words(&self) -> (String, String) {
        match self {
            Self::Basis { basis, substance } => {
                let counted = [basis.as_str(), substance.as_str()].join(" ");
                let counted = counted.trim();
                (
                    format!("is told as `{counted}`, which this chain does not count there"),
                    format!("est donnée en `{counted}`, que cette chaîne ne compte pas là"),
                )
            }
            Self::TooLarge => (
                "is larger than that of any plant".to_owned(),
                "dépasse celle de toute usine".to_owned(),
            ),
        }
    }
}

impl Finding {
    pub(super) fn of_fact(fact: FactId, reason: Reason) -> Self {
        Self {
            fact: Some(fact),
            site: None,
            reason,
        }
    }

    pub(super) fn of_site(fact: FactId, site: &str, reason: Reason) -> Self {
        Self {
            fact: Some(fact),
            site: Some(site.to_owned()),
            reason,
        }
    }

    /// What is wrong, in English and French.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        match &self.reason {
            Reason::WrongBasis { given, wanted } if wanted.is_empty() => (
                format!(
                    "is a {given} mass, and the chain counts the mass as weighed there: nothing says what that was. Report the mass as weighed."
                ),
                format!(
                    "est une masse « {given} », alors que la chaîne compte la masse telle que pesée : rien ne dit ce qu’elle était. Déclarez la masse telle que pesée."
                ),
            ),
            Reason::WrongBasis { given, wanted } => (
                format!(
                    "is a {given} mass, and the chain counts {wanted} there: nothing says how much of it is in this mass. Report the contained mass."
                ),
                format!(
                    "est une masse « {given} », alors que la chaîne compte {wanted} : rien ne dit combien cette masse en contient. Déclarez la masse contenue."
                ),
            ),
            Reason::NoFactor { substance } => (
                format!("counts `{substance}`, from which no factor leads to what the chain counts."),
                format!("compte « {substance} », d’où aucun facteur ne mène à ce que compte la chaîne."),
            ),
            Reason::OtherCommodity { commodity } => (
                format!(
                    "is about `{commodity}`, which stands across several families; it is not balanced yet."
                ),
                format!(
                    "porte sur « {commodity} », à cheval sur plusieurs familles ; ce n’est pas encore équilibré."
                ),
            ),
            Reason::UnknownSite => (
                "names a site that nobody registered. Register the site, or mend its key.".to_owned(),
                "nomme un site que personne n’a enregistré. Enregistrez le site ou corrigez sa clé."
                    .to_owned(),
            ),
            Reason::SiteElsewhere { registered, said } => (
                format!("puts the site into {said}; it is registered in {registered}."),
                format!("place le site en {said} ; il est enregistré en {registered}."),
            ),
            Reason::NoProcess { stage } => (
                format!(
                    "is about the stage `{stage}`, at which the site has no process. Register the process, or mend the stage."
                ),
                format!(
                    "porte sur l’étape « {stage} », où le site n’a aucun procédé. Enregistrez le procédé ou corrigez l’étape."
                ),
            ),
            Reason::SumOfCountries { area } => (
                format!("is a sum over countries (`{area}`), which stand there themselves; it is not used."),
                format!(
                    "est une somme de pays (« {area} »), qui y figurent eux-mêmes ; elle n’est pas utilisée."
                ),
            ),
            Reason::OtherForm { form, counted } => (
                format!("counts `{form}` only; the chain counts `{counted}` there, of which that is a part."),
                format!(
                    "ne compte que « {form} » ; la chaîne y compte « {counted} », dont ce n’est qu’une partie."
                ),
            ),
            Reason::Part { subject } => (
                format!("is about a part (`{subject}`) or follows from other figures; it is not used."),
                format!(
                    "porte sur une partie (« {subject} ») ou découle d’autres chiffres ; il n’est pas utilisé."
                ),
            ),
            Reason::AtLeast => (
                "is a least amount: how much more it is nobody says, so it is not used.".to_owned(),
                "est un minimum : nul ne dit de combien il est dépassé, il n’est donc pas utilisé."
                    .to_owned(),
            ),
            Reason::TotalBelowRows { short } => (
                format!(
                    "is {short} t less than the rows of its own table; the rows are used, the total is not."
                ),
                format!(
                    "est inférieur de {short} t aux lignes de son propre tableau ; les lignes sont utilisées, le total non."
                ),
            ),
            Reason::OneOfForms { form } => (
                format!(
                    "counts `{form}`, one of several forms counted apart; nobody counts them together, so it is not used."
                ),
                format!(
                    "compte « {form} », une des formes comptées à part ; personne ne les compte ensemble, il n’est donc pas utilisé."
                ),
            ),
            Reason::AboveCapacity { capacity } => (
                format!(
                    "is more than the {capacity} t a year that the site can make as registered: one of them is wrong. The figure is used."
                ),
                format!(
                    "dépasse les {capacity} t par an que le site peut produire d’après son enregistrement : l’un des deux est faux. Le chiffre est utilisé."
                ),
            ),
            Reason::UnknownUse { subject, known } => (
                format!("is about the use `{subject}`, which is none of: {known}. It is not used. Name one of these."),
                format!(
                    "porte sur l’usage « {subject} », qui n’est pas de ceux-ci : {known}. Il n’est pas utilisé. Nommez l’un d’eux."
                ),
            ),
            Reason::NoStage { stage } => (
                format!("is about the stage `{stage}`, which the chain does not have, or not this measure of it; it is not used."),
                format!(
                    "porte sur l’étape « {stage} », que la chaîne n’a pas, ou pas pour cette mesure ; il n’est pas utilisé."
                ),
            ),
            Reason::SitesAboveCountry { sites, country } => (
                format!(
                    "makes its country’s sites add to {sites} t, above the {country} t that are reported of the country: one of them is wrong. Both are used."
                ),
                format!(
                    "porte la somme des sites de son pays à {sites} t, plus que les {country} t déclarées pour le pays : l’un des deux est faux. Les deux sont utilisés."
                ),
            ),
            Reason::Overruled { left, deviations } => (
                format!(
                    "is {deviations} deviations from the {left} t that the balance leaves of it, and no report alone contradicts it: what cannot be negative, a yield or an assumption stands against it. Compare the other figures of the place; one of them is wrong. It is used."
                ),
                format!(
                    "est à {deviations} écarts types des {left} t que le bilan en laisse, sans qu’aucune déclaration seule le contredise : une grandeur qui ne peut être négative, un rendement ou une hypothèse s’y oppose. Comparez les autres chiffres du lieu ; l’un d’eux est faux. Il est utilisé."
                ),
            ),
            Reason::BeyondAllStocks { made } => (
                format!(
                    "is a stock of more than the world makes in ten years ({made} t a year): look at its unit. It is used."
                ),
                format!(
                    "est un stock supérieur à dix ans de production mondiale ({made} t par an) : vérifiez son unité. Il est utilisé."
                ),
            ),
            Reason::ToldOtherwise { counted } => (
                format!(
                    "is not what another statement of the same edition says: {counted} t, which counts. One of them copied it wrongly; see both in the balance of sources, and withdraw the wrong one."
                ),
                format!(
                    "n’est pas ce que dit une autre déclaration de la même édition : {counted} t, qui compte. L’une des deux l’a mal recopiée ; voyez les deux au bilan des sources et retirez la fausse."
                ),
            ),
            Reason::MonthMissing { missing, after } => (
                format!(
                    "is the last before a gap: {missing} is missing after {after}. The month is told from what stands around it, if it can be."
                ),
                format!(
                    "est le dernier avant une lacune : {missing} manque après {after}. Le mois est déduit de ce qui l’entoure, si cela se peut."
                ),
            ),
            Reason::YieldAboveOne { said } => (
                format!(
                    "gives a yield of {said} percent: more than goes in cannot come out. It is not used."
                ),
                format!(
                    "donne un rendement de {said} % : il ne peut sortir plus qu’il n’entre. Il n’est pas utilisé."
                ),
            ),
            Reason::CapacityUnusable { stage, why } => {
                let (en, fr) = why.words();
                (
                    format!("has a capacity at the stage `{stage}` that {en}. It is not used. Mend the site."),
                    format!("a, au stade `{stage}`, une capacité qui {fr}. Elle n’est pas utilisée. Corrigez le site."),
                )
            }
            Reason::YieldFarFromRecipe {
                said,
                known: (recovery, deviation),
            } => (
                format!(
                    "gives a yield of {said} percent, far from what such processes have ({recovery} ± {deviation}): every figure on both sides of it would look wrong. It is not used. Mend it, or have the club's vocabulary mended."
                ),
                format!(
                    "donne un rendement de {said} %, loin de celui de tels procédés ({recovery} ± {deviation}) : tous les chiffres de part et d’autre paraîtraient faux. Il n’est pas utilisé. Corrigez-le, ou faites corriger le vocabulaire du club."
                ),
            ),
            Reason::YieldOfQuarter => (
                "gives a yield of a quarter; processes are balanced by month or by year. Report one of these."
                    .to_owned(),
                "donne un rendement trimestriel ; les procédés sont équilibrés par mois ou par an. Déclarez l’un des deux."
                    .to_owned(),
            ),
            Reason::UseOfPartOfYear => (
                "is what a use takes in a part of a year; goods in use are balanced by year. Report the year."
                    .to_owned(),
                "est ce qu’un usage absorbe dans une partie d’année ; les biens en usage sont équilibrés par an. Déclarez l’année."
                    .to_owned(),
            ),
            Reason::FarFromOthers { others: (first, last) } => (
                format!(
                    "is of a year far from all others, which speak of {first} to {last}; it is not used. Mend the year, or report the years between."
                ),
                format!(
                    "porte sur une année loin de toutes les autres, qui vont de {first} à {last} ; il n’est pas utilisé. Corrigez l’année ou déclarez celles d’entre-temps."
                ),
            ),
            Reason::NotFinite => (
                "is no number that can be computed with.".to_owned(),
                "n’est pas un nombre avec lequel on puisse calculer.".to_owned(),
            ),
        }
    }
}
