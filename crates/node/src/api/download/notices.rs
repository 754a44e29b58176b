//! Notices: one row each, newest first.

use didymium_twin::NoticeRecord;

use super::{Columns, Table, credits, one};
use crate::api::views::{self, Lens, NoticeFilter};

/// Every notice that matches.
pub fn notices<'t>(lens: Lens<'t>, filter: &NoticeFilter) -> Table<'t> {
    let rows: Vec<&'t NoticeRecord> = views::matching_notices(lens.twin, filter);
    let columns = Columns::over(&rows)
        .text("notice", |row| row.notice.notice.as_str())
        .text("date", |row| row.notice.date.to_string())
        .text("end_date", |row| {
            row.notice
                .end_date
                .map_or_else(String::new, |day| day.to_string())
        })
        .text("type", |row| row.notice.notice_type.as_str())
        .text("actors", |row| row.notice.actors.join("; "))
        .text("commodities", |row| row.notice.commodities.join("; "))
        .text("stages", |row| row.notice.stages.join("; "))
        .text("affected", |row| row.notice.affected.join("; "))
        .text("title_en", |row| row.notice.title.en.as_str())
        .text("title_fr", |row| row.notice.title.fr.as_str())
        .text("description_en", |row| row.notice.description.en.as_str())
        .text("description_fr", |row| row.notice.description.fr.as_str())
        .text("confidence", |row| row.notice.confidence.as_str())
        .text("basis", |row| row.notice.basis.as_str());
    credits::edition(columns, |row| Some(&row.notice.source))
        .text("statement", |row| row.statement.id.to_string())
        .table(&[
            "notices",
            one(&filter.commodity),
            one(&filter.country),
            one(&filter.notice_type),
        ])
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    #[test]
    fn a_notice_names_who_acts_and_whom_it_touches() {
        let twin = example::twin();
        let lens = Lens { twin: &twin };
        let rows = example::rows(&notices(lens, &NoticeFilter::default()));
        let columns = [
            "notice", "date", "actors", "affected", "stages", "title_fr", "source", "licence",
        ];
        assert_eq!(
            example::cells(&rows, columns),
            [[
                "licences",
                "2023-04-01",
                "CHN",
                "USA; JPN",
                "mine; separation",
                "Licences",
                "gazette-2023",
                "CC0-1.0"
            ]]
        );
        let elsewhere = NoticeFilter {
            country: Some("FRA".into()),
            ..NoticeFilter::default()
        };
        assert_eq!(example::rows(&notices(lens, &elsewhere)).len(), 0);
    }
}
