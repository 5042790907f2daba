"""The desired state as Pulumi resources. Each module owns one component and says what it leaves alone."""
