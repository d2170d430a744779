using Bunit;

[assembly: AssemblyFixture(typeof(Coterie.WebConsole.Tests.PatientPages))]

namespace Coterie.WebConsole.Tests;

/// <summary>How long a page may take to show what a test waits for, before that is a failure: much longer than it takes on a machine that is busy with other tests.</summary>
public sealed class PatientPages
{
    public PatientPages() => BunitContext.DefaultWaitTimeout = TimeSpan.FromSeconds(60);
}
