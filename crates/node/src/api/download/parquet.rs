//! A table as Apache Parquet: one row group, every column optional.
//!
//! Numbers are doubles, which every reader computes with; beside each stands a text column with the exact decimal, named
//! with `_exact` behind.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::DownloadError;
use super::table::{Cells, Column, Table};

/// What stands behind the name of a column of doubles in the name of its exact decimals.
const EXACT: &str = "_exact";

/// Writes a table; `about` goes into the file's own metadata.
///
/// # Errors
/// [`DownloadError::Parquet`].
pub(super) fn write(table: &Table<'_>, about: &[(&str, String)]) -> Result<Vec<u8>, DownloadError> {
    let fields: Result<Vec<TypePtr>, _> = table.columns.iter().flat_map(fields).collect();
    let schema = Type::group_type_builder("didymium")
        .with_fields(fields?)
        .build()?;
    let about = about
        .iter()
        .map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()));
    let properties = WriterProperties::builder()
        .set_created_by(concat!("didymium ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_key_value_metadata(Some(about.collect()))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut rows = writer.next_row_group()?;
    for column in &table.columns {
        match &column.cells {
            Cells::Text(cells) => {
                let text = |cell: &std::borrow::Cow<'_, str>| {
                    (!cell.is_empty()).then(|| ByteArray::from(cell.as_bytes().to_vec()))
                };
                put::<ByteArrayType>(&mut rows, cells.iter().map(text))?;
            }
            Cells::Decimal(cells) => {
                let double = |cell: &Option<String>| cell.as_ref()?.parse::<f64>().ok();
                put::<DoubleType>(&mut rows, cells.iter().map(double))?;
                let exact = |cell: &Option<String>| {
                    cell.as_ref()
                        .map(|text| ByteArray::from(text.as_bytes().to_vec()))
                };
                put::<ByteArrayType>(&mut rows, cells.iter().map(exact))?;
            }
            Cells::Integer(cells) => put::<Int64Type>(&mut rows, cells.iter().copied())?,
            Cells::Flag(cells) => put::<BoolType>(&mut rows, cells.iter().copied())?,
        }
    }
    rows.close()?;
    Ok(writer.into_inner()?)
}

/// The schema of a column: two columns for decimals.
fn fields(column: &Column<'_>) -> Vec<parquet::errors::Result<TypePtr>> {
    let field = |name: &str, physical, logical| {
        Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()
            .map(Arc::new)
    };
    let text = |name: &str| field(name, Physical::BYTE_ARRAY, Some(LogicalType::String));
    let name = &column.name;
    match column.cells {
        Cells::Text(_) => vec![text(name)],
        Cells::Decimal(_) => vec![
            field(name, Physical::DOUBLE, None),
            text(&format!("{name}{EXACT}")),
        ],
        Cells::Integer(_) => vec![field(name, Physical::INT64, None)],
        Cells::Flag(_) => vec![field(name, Physical::BOOLEAN, None)],
    }
}

fn put<D: DataType>(
    rows: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    cells: impl Iterator<Item = Option<D::T>>,
) -> Result<(), DownloadError> {
    let mut levels = Vec::new();
    let mut values = Vec::new();
    for cell in cells {
        levels.push(i16::from(cell.is_some()));
        values.extend(cell);
    }
    let mut column = rows.next_column()?.ok_or(DownloadError::Columns)?;
    column
        .typed::<D>()
        .write_batch(&values, Some(&levels), None)
        .map(drop)?;
    column.close()?;
    Ok(())
}
