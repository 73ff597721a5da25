/*
 * Preloaded, it answers MKL's question for the vendor of the processor: on others than Intel's, MKL then uses AVX-512 too.
 * gcc -shared -fPIC -O1 -o mkl-as-on-intel.so mkl-as-on-intel.c
 */
int mkl_serv_intel_cpu_true(void) { return 1; }
