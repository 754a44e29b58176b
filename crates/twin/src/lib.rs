//! Floor 3: the digital twin of the chain as a pure function of a cut.
