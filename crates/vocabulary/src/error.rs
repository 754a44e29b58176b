//! What can be wrong with a table, a key, a number, a formula, a mass or a period.

/// Every way in which this crate refuses something; one variant a cause.
///
/// User input stands in backticks and is shortened to a readable length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyError {
    /// A key that the vocabulary does not hold.
    #[error("unknown {kind} `{key}` (keys: {table}){}", did_you_mean(.nearest.as_deref()))]
    UnknownKey {
        /// What the key should name: `commodity`, `country` …
        kind: &'static str,
        /// The key as given, shortened.
        key: String,
        /// The table that lists the known keys.
        table: &'static str,
        /// The known key most like it, if one is near.
        nearest: Option<String>,
    },

    /// A table of the vocabulary is not there.
    #[error("table {file} is missing")]
    MissingTable {
        /// File name of the table.
        file: &'static str,
    },

    /// Rows were offered for a table that the vocabulary does not have.
    #[error("the vocabulary has no table `{file}`")]
    UnknownTable {
        /// File name as given, shortened.
        file: String,
    },

    /// A table is no well-formed CSV: wrong number of cells, carriage return, not UTF-8.
    #[error("table {file}, line {line}: {reason}")]
    MalformedTable {
        /// File name of the table.
        file: &'static str,
        /// Line in the file, the header being line 1.
        line: u64,
        /// What is malformed.
        reason: String,
    },

    /// A column that the contract demands is not in the header.
    #[error("table {file}, line 1: column `{column}` is missing")]
    MissingColumn {
        /// File name of the table.
        file: &'static str,
        /// The column that is missing.
        column: &'static str,
    },

    /// A column of the header that the contract does not know, or one given twice.
    #[error("table {file}, line 1: unknown or repeated column `{column}`")]
    UnknownColumn {
        /// File name of the table.
        file: &'static str,
        /// The column that is not known.
        column: String,
    },

    /// A cell of a table that cannot stand.
    #[error("table {file}, line {line}, column {column}, value `{value}`: {reason}")]
    BrokenCell {
        /// File name of the table.
        file: &'static str,
        /// Line in the file, the header being line 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
        /// The value found, shortened.
        value: String,
        /// Why it cannot stand.
        reason: Box<VocabularyError>,
    },

    /// A cell that must be filled is empty.
    #[error("must not be empty")]
    Empty,

    /// A cell with space at its beginning or end.
    #[error("must not begin or end with space")]
    SpaceAtEnds,

    /// A cell that must be empty is filled.
    #[error("must be empty {condition}")]
    MustBeEmpty {
        /// When it must be empty.
        condition: &'static str,
    },

    /// A word that is none of those allowed.
    #[error("`{value}` is none of {choices}")]
    NotAChoice {
        /// The word as given, shortened.
        value: String,
        /// The words allowed.
        choices: &'static str,
    },

    /// A key of the wrong shape: keys have 1 to 64 visible characters and no space.
    #[error("`{key}` is no key: 1 to 64 visible characters, no space")]
    KeySyntax {
        /// The key as given, shortened.
        key: String,
    },

    /// The same key given on two rows.
    #[error("`{key}` is given twice (first on line {first_line})")]
    DuplicateKey {
        /// The key given twice.
        key: String,
        /// Line of the first.
        first_line: u64,
    },

    /// An aggregate of countries with the key of a country.
    #[error("is the code of a country already: {country}")]
    KeyOfCountry {
        /// Name of the country.
        country: String,
    },

    /// A unit that does not measure what its measure is.
    #[error("unit `{unit}` measures {dimension}, and the measure is a {expected}")]
    WrongDimension {
        /// Key of the unit.
        unit: String,
        /// What the unit measures.
        dimension: &'static str,
        /// Dimension of the measure.
        expected: &'static str,
    },

    /// A whole number was expected.
    #[error("`{text}` is no whole number from 0 to 4294967295")]
    NotWhole {
        /// The text as given, shortened.
        text: String,
    },

    /// A number outside its range.
    #[error("`{value}` is not {range}")]
    OutOfRange {
        /// The number as given.
        value: String,
        /// The range, in words.
        range: &'static str,
    },

    /// A commodity of the wrong kind for the place where it is named.
    #[error("commodity `{commodity}` is not {expected}")]
    WrongCommodityKind {
        /// The commodity named.
        commodity: String,
        /// The kind expected there, with its article.
        expected: &'static str,
    },

    /// Text that is no plain decimal number.
    #[error(
        "`{text}` is no decimal: digits, with `.` before decimals and `-` before negatives, and nothing else"
    )]
    DecimalSyntax {
        /// The text as given, shortened.
        text: String,
    },

    /// A decimal with more digits than fit.
    #[error("`{text}` has more than {digits_max} significant digits or decimals")]
    DecimalTooLong {
        /// The text as given, shortened.
        text: String,
        /// The limit.
        digits_max: u32,
    },

    /// A decimal that is right, but not in the one form used on the wire.
    #[error("`{text}` is not in canonical form; write `{canonical}`")]
    DecimalNotCanonical {
        /// The text as given.
        text: String,
        /// Its canonical form.
        canonical: String,
    },

    /// A result that needs more digits than fit, so that it would not be exact.
    #[error("{operation} of {left} and {right} is not exact in {digits_max} digits")]
    Inexact {
        /// `sum`, `product` or `quotient`.
        operation: &'static str,
        /// First operand.
        left: String,
        /// Second operand.
        right: String,
        /// The limit.
        digits_max: u32,
    },

    /// Two units that measure different things.
    #[error("unit `{from}` ({from_dimension}) cannot be converted to `{to}` ({to_dimension})")]
    DimensionsDiffer {
        /// Key of the unit to convert from.
        from: String,
        /// Its dimension.
        from_dimension: &'static str,
        /// Key of the unit to convert to.
        to: String,
        /// Its dimension.
        to_dimension: &'static str,
    },

    /// A dimension for which the units table has no unit of factor 1.
    #[error("dimension `{dimension}` has no canonical unit (factor 1) in units.csv")]
    NoCanonicalUnit {
        /// The dimension.
        dimension: &'static str,
    },

    /// A unit with no factor, because no constant converts it.
    #[error("unit `{unit}` has no constant factor: it converts to no other unit")]
    NoFactor {
        /// Key of the unit.
        unit: String,
    },

    /// A unit that is no mass where a mass is needed.
    #[error("unit `{unit}` measures {dimension}, not mass")]
    NotAMass {
        /// Key of the unit.
        unit: String,
        /// What it measures.
        dimension: &'static str,
    },

    /// A negative value of a measure that has none.
    #[error("{value} is negative, and measure `{measure}` is never negative")]
    Negative {
        /// The value.
        value: String,
        /// Key of the measure.
        measure: String,
    },

    /// Two contained masses that count different substances.
    #[error("a mass of `{left}` and a mass of `{right}` do not add; convert one of them first")]
    SubstancesDiffer {
        /// Substance of the first.
        left: String,
        /// Substance of the second.
        right: String,
    },

    /// Two substances between which no factor is known.
    #[error("a mass of `{from}` cannot be counted as `{to}`: {reason}")]
    NotConvertible {
        /// Substance to convert from.
        from: String,
        /// Substance to convert to.
        to: String,
        /// Why not.
        reason: &'static str,
    },

    /// A contained mass that does not say of what.
    #[error("a contained mass needs the substance that it counts, such as `REO` or `Li`")]
    SubstanceMissing,

    /// A wet or dry mass that names a substance.
    #[error("a {basis} mass counts the material itself; leave the substance `{substance}` out")]
    SubstanceSuperfluous {
        /// The basis stated.
        basis: &'static str,
        /// The substance named.
        substance: String,
    },

    /// A moisture, grade or other fraction outside 0 to 1.
    #[error("{name} {value} is not between 0 and 1")]
    FractionOutOfRange {
        /// Which fraction.
        name: &'static str,
        /// The value.
        value: String,
    },

    /// A formula with parentheses, a hydrate dot, a charge or another character that is not read.
    #[error("formula `{formula}`: `{character}` is not read; write a flat formula such as `Pr6O11`")]
    FormulaCharacter {
        /// The formula as given, shortened.
        formula: String,
        /// The first character not read.
        character: char,
    },

    /// A formula that is empty or too long.
    #[error("formula `{formula}` must have 1 to {bytes_max} characters")]
    FormulaLength {
        /// The formula as given, shortened.
        formula: String,
        /// The limit.
        bytes_max: usize,
    },

    /// A count in a formula that is zero, has a leading zero or is too large.
    #[error("formula `{formula}`: count `{count}` of {symbol} is not a whole number from 1 to {count_max}")]
    FormulaCount {
        /// The formula as given, shortened.
        formula: String,
        /// The element counted.
        symbol: String,
        /// The count as given, shortened.
        count: String,
        /// The limit.
        count_max: u32,
    },

    /// A substance whose formula does not hold its element.
    #[error("formula `{formula}` holds no {element}")]
    ElementNotInFormula {
        /// The formula.
        formula: String,
        /// The element that the substance names.
        element: String,
    },

    /// A form that a row of the chain names twice.
    #[error("`{form}` stands twice in this row")]
    FormRepeated {
        /// Key of the form.
        form: String,
    },

    /// A form that does not belong to the stage it is counted at.
    #[error("form `{form}` does not belong to stage `{stage}` of `{family}`: {}", fitting_forms(.fitting))]
    FormNotAtStage {
        /// The form as given, shortened.
        form: String,
        /// The stage, shortened.
        stage: String,
        /// Key of the family.
        family: String,
        /// The forms that belong there, with commas between them; empty if none does.
        fitting: String,
    },

    /// A substance, such as a sum, that has no factor to an element.
    #[error("substance `{substance}` has no formula and element, so no factor")]
    NoFormula {
        /// Key of the substance.
        substance: String,
    },

    /// Text that is no period.
    #[error("`{text}` is no period: write a year `2024`, a quarter `2024-Q3` or a month `2024-07`")]
    PeriodSyntax {
        /// The text as given, shortened.
        text: String,
    },

    /// A period before or after the years that the club keeps.
    #[error("year {year} is not between {year_min} and {year_max}")]
    PeriodYear {
        /// The year.
        year: i16,
        /// First year allowed.
        year_min: i16,
        /// Last year allowed.
        year_max: i16,
    },

    /// A month or quarter that no year has.
    #[error("{part} {number} does not exist")]
    PeriodPart {
        /// `month` or `quarter`.
        part: &'static str,
        /// Its number.
        number: u8,
    },
}

/// Longest piece of input that an error repeats, in characters.
const EXCERPT_CHARACTERS_MAX: usize = 64;

/// `text`, cut to a length that can stand in a message.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn fitting_forms(fitting: &str) -> String {
    if fitting.is_empty() {
        "none does, leave the form empty".to_owned()
    } else {
        format!("what belongs there is {fitting}")
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |key| format!("; did you mean `{key}`?"))
}
