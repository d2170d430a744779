using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Coterie.WebConsole.Http;

/// <summary>
/// Proof that who calls has read a page of this console: without it, nothing that can change the cluster is done. It stands in a <c>meta</c> element of
/// every page and comes back in a header, which a form of another site cannot send. Sealed with a key that lives as long as the process.
/// </summary>
internal sealed class PageToken
{
    public const string Header = "X-Coterie-Token";
    public const string MetaName = "coterie-token";

    private const string Content = "page";

    private readonly IDataProtector _protector;

    public PageToken(IDataProtectionProvider protection)
    {
        _protector = protection.CreateProtector("Coterie.WebConsole.PageToken");
        Value = _protector.Protect(Content);
    }

    /// <summary>What a page shows.</summary>
    public string Value { get; }

    public bool IsIn(HttpRequest request)
    {
        try
        {
            return request.Headers[Header] is [{ Length: > 0 } token] && _protector.Unprotect(token) == Content;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
