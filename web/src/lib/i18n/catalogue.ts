import shell from './messages/shell';
import vintages from './messages/vintages';
import overview from './messages/overview';
import provenance from './messages/provenance';
import statement from './messages/statement';
import chart from './messages/chart';
import map from './messages/map';
import flow from './messages/flow';
import mineral from './messages/mineral';
import site from './messages/site';
import country from './messages/country';
import source from './messages/source';
import fact from './messages/fact';
import subject from './messages/subject';
import note from './messages/note';
import audit from './messages/audit';
import governance from './messages/governance';
import indicator from './messages/indicator';
import balance from './messages/balance';
import contradiction from './messages/contradiction';

/** All texts of the pages, by namespace; both languages side by side. */
export const catalogue = { shell, overview, provenance, statement, chart, map, flow, mineral, site, country, source, fact, subject, note, audit, governance, vintages, indicator, balance, contradiction };
