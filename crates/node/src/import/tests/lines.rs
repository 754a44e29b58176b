//! The reader of records: physical lines, strict quoting, limits.

use super::super::lines::{Fault, Lines, RECORD_BYTES_MAX, Record};

fn read(bytes: &[u8]) -> Result<Vec<(u64, Vec<String>)>, String> {
    let text = |fault| match fault {
        Fault::Broken {
            line, cell, reason, ..
        } => format!("{line}/{cell}: {reason}"),
        Fault::Io(error) => error.to_string(),
    };
    let mut lines = Lines::new(bytes).map_err(text)?;
    let mut record = Record::default();
    let mut records = Vec::new();
    while lines.next(&mut record).map_err(text)? {
        records.push((
            record.line(),
            (0..record.len())
                .map(|cell| record.cell(cell).to_owned())
                .collect(),
        ));
    }
    assert_eq!(lines.bytes(), bytes.len() as u64);
    Ok(records)
}

#[test]
fn lines_are_physical_ones_after_quoted_newlines_crlf_and_empty_lines() {
    let records = read(b"\xef\xbb\xbfa,b\r\n\"x\ny\",\"say \"\"hi\"\"\"\r\n\r\n\n1,\n,2").unwrap();
    let expected = [
        (1, ["a", "b"]),
        (2, ["x\ny", "say \"hi\""]),
        (6, ["1", ""]),
        (7, ["", "2"]),
    ];
    assert_eq!(
        records,
        expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec()))
    );
}

#[test]
fn it_agrees_with_the_csv_crate_on_well_formed_tables() {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let odd = [
        "",
        "plain",
        "com,ma",
        "quo\"te",
        "new\nline",
        "é€𐍈",
        " space ",
        "\"",
        "\"\"",
    ];
    for shift in 0..odd.len() {
        writer
            .write_record((0..5).map(|place| odd[(shift * 3 + place * 2) % odd.len()]))
            .unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let theirs: Vec<Vec<String>> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(bytes.as_slice())
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect();
    let ours: Vec<Vec<String>> = read(&bytes)
        .unwrap()
        .into_iter()
        .map(|(_, cells)| cells)
        .collect();
    assert_eq!(ours, theirs);
}

#[test]
fn what_is_no_csv_is_refused_with_its_place() {
    for (bytes, place) in [
        (&b"a,b\n1,\"2"[..], "2/1: begins with a quote"),
        (b"a,b\n1,\"2\"3\n", "2/1: has text after"),
        (b"a,b\n1,2\"3\n", "2/1: has a quote inside"),
        (b"a\rb\n", "1/0: holds a carriage return"),
        (b"a,b\n\xc3,\xa9\n", "2/0: is not UTF-8"),
    ] {
        let answer = read(bytes).unwrap_err();
        assert!(answer.starts_with(place), "{answer}");
    }
    let endless = [b"a\n\"".as_slice(), &vec![b'x'; 2 * RECORD_BYTES_MAX]].concat();
    assert!(read(&endless).unwrap_err().contains("is a quote not closed?"));
    assert!(read(&[b','; 100]).unwrap_err().contains("one cell more"));
}
