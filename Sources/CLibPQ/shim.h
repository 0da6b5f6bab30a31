#ifndef CERTFORGE_CLIBPQ_SHIM_H
#define CERTFORGE_CLIBPQ_SHIM_H
#include <libpq-fe.h>
#endif
