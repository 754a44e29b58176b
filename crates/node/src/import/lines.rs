//! RFC 4180 read strictly, one record at a time.
//!
//! The `csv` crate reads leniently (a quote that is never closed, text after a closing quote), does not limit a
//! record, and counts CRLF lines late; an importer that must name the physical line of every fault needs its own reader.

use std::io::{BufRead, BufReader, Read};

/// Longest record in bytes. A quote that is never closed reaches it long before memory is short.
pub const RECORD_BYTES_MAX: usize = 65_536;

/// Most cells of one record.
pub const RECORD_CELLS_MAX: usize = 64;

/// Size of the read buffer in bytes.
const BUFFER_BYTES: usize = 64 * 1024;

/// One record: its cells, and the physical line (from 1) it begins on.
#[derive(Debug, Default)]
pub(super) struct Record {
    line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// The physical line the record begins on.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// Number of cells.
    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Cell `index` from 0; empty if there is none.
    pub(super) fn cell(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else {
            return "";
        };
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..end]
    }
}

/// Why the bytes are no CSV. Reading cannot go on after it.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes break a rule on this line, in this cell (from 0).
    Broken {
        line: u64,
        cell: usize,
        value: String,
        reason: String,
    },
    /// The bytes cannot be read.
    Io(std::io::Error),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: the closing one, or the first of a pair.
    Quote,
}

/// Reads records.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    line: u64,
    bytes: u64,
    cell: Vec<u8>,
}

impl<R: Read> Lines<R> {
    /// A reader that has passed the byte order mark, if there is one.
    pub(super) fn new(input: R) -> Result<Self, Fault> {
        let mut lines = Self {
            input: BufReader::with_capacity(BUFFER_BYTES, input),
            line: 1,
            bytes: 0,
            cell: Vec::new(),
        };
        if lines
            .input
            .fill_buf()
            .map_err(Fault::Io)?
            .starts_with(b"\xef\xbb\xbf")
        {
            lines.input.consume(3);
            lines.bytes = 3;
        }
        Ok(lines)
    }

    /// Bytes read so far.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads the next record into `record`, passing empty lines; false at the end of the input.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, Fault> {
        while self.record(record)? {
            if record.len() > 1 || !record.text.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn record(&mut self, record: &mut Record) -> Result<bool, Fault> {
        record.line = self.line;
        record.text.clear();
        record.ends.clear();
        self.cell.clear();
        let mut state = State::Start;
        loop {
            if state == State::Plain || state == State::Quoted {
                self.run(state, record)?;
            }
            let Some(byte) = self.take()? else {
                return self.end(state, record);
            };
            state = match (state, byte) {
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, other) => self.push(other, State::Quoted),
                (State::Quote, b'"') => self.push(b'"', State::Quoted),
                (State::Start, b'"') => State::Quoted,
                (_, b',') => self.close(record)?,
                (_, b'\n') => return self.close(record).map(|_| true),
                (_, b'\r') => {
                    if self.take()? != Some(b'\n') {
                        return Err(self.broken(record, "holds a carriage return that is no line end"));
                    }
                    return self.close(record).map(|_| true);
                }
                (State::Quote, _) => {
                    return Err(self.broken(
                        record,
                        "has text after its closing quote; double a quote inside quotes",
                    ));
                }
                (_, b'"') => {
                    return Err(self.broken(
                        record,
                        "has a quote inside; put the cell in quotes and double the quote",
                    ));
                }
                (_, other) => self.push(other, State::Plain),
            };
        }
    }

    /// Copies bytes that cannot change the state.
    fn run(&mut self, state: State, record: &Record) -> Result<(), Fault> {
        let buffer = self.input.fill_buf().map_err(Fault::Io)?;
        let stops = |byte: &u8| match state {
            State::Quoted => matches!(byte, b'"' | b'\n'),
            _ => matches!(byte, b',' | b'"' | b'\n' | b'\r'),
        };
        let length = buffer.iter().position(stops).unwrap_or(buffer.len());
        if record.text.len() + self.cell.len() + length > RECORD_BYTES_MAX {
            let reason = format!("makes a row of more than {RECORD_BYTES_MAX} bytes; is a quote not closed?");
            return Err(self.broken(record, &reason));
        }
        self.cell.extend_from_slice(&buffer[..length]);
        self.input.consume(length);
        self.bytes += length as u64;
        Ok(())
    }

    fn take(&mut self) -> Result<Option<u8>, Fault> {
        let Some(&byte) = self.input.fill_buf().map_err(Fault::Io)?.first() else {
            return Ok(None);
        };
        self.input.consume(1);
        self.bytes += 1;
        self.line += u64::from(byte == b'\n');
        Ok(Some(byte))
    }

    fn push(&mut self, byte: u8, state: State) -> State {
        self.cell.push(byte);
        state
    }

    fn close(&mut self, record: &mut Record) -> Result<State, Fault> {
        let Ok(text) = std::str::from_utf8(&self.cell) else {
            return Err(self.broken(record, "is not UTF-8; save the file as UTF-8"));
        };
        if record.ends.len() == RECORD_CELLS_MAX {
            return Err(self.broken(
                record,
                &format!("is one cell more than the {RECORD_CELLS_MAX} a row may have"),
            ));
        }
        record.text.push_str(text);
        record.ends.push(record.text.len());
        self.cell.clear();
        Ok(State::Start)
    }

    fn end(&mut self, state: State, record: &mut Record) -> Result<bool, Fault> {
        match state {
            State::Quoted => Err(self.broken(record, "begins with a quote that is never closed")),
            State::Start if record.ends.is_empty() => Ok(false),
            _ => self.close(record).map(|_| true),
        }
    }

    fn broken(&self, record: &Record, reason: &str) -> Fault {
        let value = String::from_utf8_lossy(&self.cell).chars().take(80).collect();
        Fault::Broken {
            line: record.line,
            cell: record.len(),
            value,
            reason: reason.to_owned(),
        }
    }
}
