#ifndef AGENCYPOS_CQRENCODE_SHIM_H
#define AGENCYPOS_CQRENCODE_SHIM_H

#include <qrencode.h>

#endif
