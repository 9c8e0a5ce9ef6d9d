// Is not C.
int main(void) { return nothing; }
