// The page of the method, which comes as a whole.

import { complete, plainPage } from "./controls/plain_page.js";

plainPage();
complete();
